// SPDX-License-Identifier: Apache-2.0

/**
 * Limits as gates: how many attempts begin in a time ({@link dev.redrive.guard.limits.RateLimit}),
 * how many run at once ({@link dev.redrive.guard.limits.ConcurrencyLimit}), how many of them may be
 * retries ({@link dev.redrive.guard.limits.RetryBudget}); and a stop before most of a queue's
 * messages die ({@link dev.redrive.guard.limits.DeadLetterAdmission}).
 *
 * <p>What is over a limit waits in a fair line. From the bottom up: {@code Rounds} counts who
 * waits, a {@code Line} orders them, a {@code Limit} lets them through as its {@code Supply}
 * allows, and a {@code LimitGate} has one limit for a queue or one for each key.
 */
@NullMarked
package dev.redrive.guard.limits;

import org.jspecify.annotations.NullMarked;
