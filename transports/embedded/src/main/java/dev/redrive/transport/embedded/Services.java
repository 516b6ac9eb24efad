// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import dev.redrive.spi.Timers;
import java.time.InstantSource;

/**
 * What the parts of an open transport share.
 *
 * @param store the database
 * @param sequence the sequence numbers
 * @param committer the only writer
 * @param health where what ends everything is told
 * @param clock the wall clock
 * @param timers calls back
 * @param reading for what reads much
 */
record Services(
    Store store,
    Sequence sequence,
    Committer committer,
    Health health,
    InstantSource clock,
    Timers timers,
    ReadThread reading) {}
