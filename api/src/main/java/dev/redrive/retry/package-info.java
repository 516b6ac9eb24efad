// SPDX-License-Identifier: Apache-2.0
/**
 * The retry policy: what is to become of a message whose attempt failed.
 *
 * <p>A {@link dev.redrive.retry.RetryPolicy} is a pure function from a {@link
 * dev.redrive.retry.Failure} to a {@link dev.redrive.retry.Verdict}. It reads no clock, makes no
 * random number by itself and keeps no state: the time is in the failure and the randomness is
 * handed in. All types of this package are immutable and safe for use by any number of threads; the
 * builders alone are for one thread.
 */
@NullMarked
package dev.redrive.retry;

import org.jspecify.annotations.NullMarked;
