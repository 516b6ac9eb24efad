// SPDX-License-Identifier: Apache-2.0

package dev.redrive;

import java.util.Optional;

/**
 * What a queue's idempotency came to since this process declared it.
 *
 * @param recognisedCount messages that were done before, and acknowledged without their handler
 * @param busyCount times that a message waited because its key was held by somebody else
 * @param unstoredCount messages that were done without the store hearing of it in time: a duplicate
 *     of theirs would be done again
 * @param waitingCount messages that wait for the store now
 * @param trouble why the store does not answer; empty if it did when it was last asked
 */
public record IdempotencyStatus(
    long recognisedCount,
    long busyCount,
    long unstoredCount,
    int waitingCount,
    Optional<String> trouble) {}
