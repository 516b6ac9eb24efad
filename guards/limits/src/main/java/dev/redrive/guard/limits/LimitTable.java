// SPDX-License-Identifier: Apache-2.0

package dev.redrive.guard.limits;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The limits of a gate: one for each value that messages are told apart by. Guarded by the gate's
 * lock.
 *
 * <p>Bounded: one that is as if it had never been used is forgotten, which changes nothing. When
 * there are as many as may be and all are in use, values that come new share a few: none of them
 * gets more than its limit, but they may get less.
 */
final class LimitTable {
  private static final Logger log = LoggerFactory.getLogger(LimitTable.class);
  private static final int ROUNDS = 8_192;
  private static final int SHARED = 64;
  private static final int SHARED_ROUNDS = 64;
  private static final int LOOKED_AT = 2;
  private static final long TOLD_NANOS = Duration.ofMinutes(1).toNanos();
  private static final long NEVER = Long.MIN_VALUE;

  private final LimitGate gate;
  private final int max;
  private final Supplier<Supply> supplies;
  // Those that were asked longest ago come first.
  private final Map<String, Limit> own = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<Integer, Limit> shared = new LinkedHashMap<>();
  private boolean isSharing;
  private long toldAt = NEVER;

  LimitTable(LimitGate gate, int max, Supplier<Supply> supplies) {
    this.gate = gate;
    this.max = max;
    this.supplies = supplies;
  }

  Limit of(String value, long now) {
    Limit found = own.get(value);
    if (found != null) {
      return found;
    }
    forgetIdle(now);
    if (own.size() >= max) {
      return shared(value, now);
    }
    isSharing = false;
    Limit made = new Limit(gate, supplies.get(), max == 1 ? ROUNDS : 1);
    own.put(value, made);
    return made;
  }

  /** For people; empty if all is as it should be. */
  String detail() {
    return isSharing ? "; more than " + max + " values at once: some share a limit" : "";
  }

  /** Each value that comes looks at a few that were not asked for long, so that all are. */
  private void forgetIdle(long now) {
    for (int i = 0; i < LOOKED_AT && !own.isEmpty(); i++) {
      Iterator<Map.Entry<String, Limit>> eldest = own.entrySet().iterator();
      Map.Entry<String, Limit> entry = eldest.next();
      if (entry.getValue().isIdle(now)) {
        eldest.remove();
      } else {
        // Counts as asked now, so that the next look is at another.
        own.get(entry.getKey());
      }
    }
  }

  private Limit shared(String value, long now) {
    if (!isSharing && (toldAt == NEVER || now - toldAt > TOLD_NANOS)) {
      toldAt = now;
      log.warn(
          "{}: more than {} values are in use at once; those that come new share limits and may"
              + " wait longer",
          gate.name(),
          max);
    }
    isSharing = true;
    return shared.computeIfAbsent(
        Math.floorMod(value.hashCode(), SHARED),
        any -> new Limit(gate, supplies.get(), SHARED_ROUNDS));
  }
}
