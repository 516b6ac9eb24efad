// SPDX-License-Identifier: Apache-2.0

package dev.redrive.gate;

import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * The time by which gates work. They must use no other, so that they run on virtual time.
 *
 * @param clock the wall clock, which may be set; for what people are shown
 * @param nanos nanoseconds of a clock that only goes on, from a beginning of its own; for all that
 *     a gate decides
 */
public record GateTime(InstantSource clock, LongSupplier nanos) {}
