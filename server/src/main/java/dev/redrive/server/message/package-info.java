// SPDX-License-Identifier: Apache-2.0

/** Messages over HTTP: sending them, asking for them, taking them back. */
@NullMarked
package dev.redrive.server.message;

import org.jspecify.annotations.NullMarked;
