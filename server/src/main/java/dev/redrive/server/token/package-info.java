// SPDX-License-Identifier: Apache-2.0

/** Tokens that let one message in, once. */
@NullMarked
package dev.redrive.server.token;

import org.jspecify.annotations.NullMarked;
