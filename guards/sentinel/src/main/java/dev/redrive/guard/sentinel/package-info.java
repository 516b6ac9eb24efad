// SPDX-License-Identifier: Apache-2.0

/** Circuit breakers of Sentinel in front of attempts. */
@NullMarked
package dev.redrive.guard.sentinel;

import org.jspecify.annotations.NullMarked;
