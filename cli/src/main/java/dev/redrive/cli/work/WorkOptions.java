// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli.work;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How a worker works.
 *
 * @param concurrency how many commands run at once
 * @param lease for how long a message is leased; the lease is extended while its command runs
 * @param grace how long commands may go on once the worker is told to stop
 * @param max how many messages it takes before it ends; empty for no limit
 * @param isDrain true to end when nothing is due
 * @param giveUpAfter how long the server may be away; empty for ever
 */
public record WorkOptions(
    int concurrency,
    Duration lease,
    Duration grace,
    OptionalLong max,
    boolean isDrain,
    Optional<Duration> giveUpAfter) {}
