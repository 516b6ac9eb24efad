// SPDX-License-Identifier: Apache-2.0

package dev.redrive.spi;

import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.random.RandomGenerator;

/**
 * Time, randomness and threads, as the engine and the transports get them. Nothing else may read a
 * clock, make a random number or start a thread, so that all of it runs on virtual time in tests.
 *
 * @param clock the wall clock; it may jump
 * @param timers calls back at a time of that clock, or after a time that no clock can jump over
 * @param random thread-safe randomness
 * @param executor for short tasks that do not block; never on the thread that gives them
 * @param threads for a transport's own loops; threads are daemons
 */
public record Environment(
    InstantSource clock,
    Timers timers,
    RandomGenerator random,
    Executor executor,
    ThreadFactory threads) {}
