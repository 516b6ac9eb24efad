// SPDX-License-Identifier: Apache-2.0

/**
 * What stands in front of attempts: breakers, limits, budgets. A message that is kept waiting there
 * has made no attempt, and none is counted.
 */
@NullMarked
package dev.redrive.gate;

import org.jspecify.annotations.NullMarked;
