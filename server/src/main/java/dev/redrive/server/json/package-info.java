// SPDX-License-Identifier: Apache-2.0

/** Reads settings and requests strictly, with all mistakes at once, and writes answers. */
@NullMarked
package dev.redrive.server.json;

import org.jspecify.annotations.NullMarked;
