// SPDX-License-Identifier: Apache-2.0

/** Circuit breakers of Resilience4j in front of attempts. */
@NullMarked
package dev.redrive.guard.resilience4j;

import org.jspecify.annotations.NullMarked;
