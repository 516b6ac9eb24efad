// SPDX-License-Identifier: Apache-2.0

/** Keeps queues in the memory of the process. */
@NullMarked
package dev.redrive.transport.memory;

import org.jspecify.annotations.NullMarked;
