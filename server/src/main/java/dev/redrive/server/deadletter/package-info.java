// SPDX-License-Identifier: Apache-2.0

/** Dead letters over HTTP: looking through them, sending them again, deleting them. */
@NullMarked
package dev.redrive.server.deadletter;

import org.jspecify.annotations.NullMarked;
