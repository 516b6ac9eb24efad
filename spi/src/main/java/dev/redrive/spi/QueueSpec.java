// SPDX-License-Identifier: Apache-2.0

package dev.redrive.spi;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * What a queue needs of its transport.
 *
 * @param name its name
 * @param isOrdered true if messages of one key are handed over one after another: n+1 not before n
 *     succeeded, was cancelled, or was purged from the dead letters
 * @param maxWaiting messages that may wait; more are refused with OVERFLOW
 * @param dedupWindow how long the id of a message that ended is remembered
 */
public record QueueSpec(
    String name, boolean isOrdered, OptionalLong maxWaiting, Duration dedupWindow) {}
