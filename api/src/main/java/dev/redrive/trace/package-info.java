// SPDX-License-Identifier: Apache-2.0

/** How a tracing library follows messages from their send through all their attempts. */
@NullMarked
package dev.redrive.trace;

import org.jspecify.annotations.NullMarked;
