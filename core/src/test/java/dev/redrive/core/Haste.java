// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.spi.Capabilities;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.Lease;
import dev.redrive.spi.OutMessage;
import dev.redrive.spi.Settlement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** When a transport hands over that keeps neither short delays nor long ones, as far as it may. */
final class Haste {
  private final InstantSource clock;
  private final Duration minDelay;
  private final Duration maxDelay;
  private final Map<String, Instant> dueAt = new HashMap<>();
  private final Map<Lease, String> ids = new HashMap<>();

  Haste(InstantSource clock, Duration minDelay, Duration maxDelay) {
    this.clock = clock;
    this.minDelay = minDelay;
    this.maxDelay = maxDelay;
  }

  Capabilities capabilities(Capabilities real) {
    return new Capabilities(
        real.durability(),
        real.retryMove(),
        real.deadMove(),
        minDelay,
        maxDelay,
        real.granularity(),
        real.features());
  }

  private Instant handedOverAt(Instant due) {
    Duration left = Duration.between(clock.instant(), due);
    if (left.compareTo(maxDelay) > 0) {
      return clock.instant().plus(maxDelay);
    }
    return left.isNegative() || left.compareTo(minDelay) >= 0 ? due : clock.instant();
  }

  OutMessage published(OutMessage message) {
    return new OutMessage(
        message.id(),
        message.isUnique(),
        message.key(),
        moved(message.id(), message.notBefore()),
        message.headers(),
        message.body());
  }

  Settlement settled(Settlement settlement) {
    if (settlement instanceof Settlement.Retry retry) {
      return new Settlement.Retry(retry.lease(), moved(id(retry), retry.dueAt()), retry.headers());
    }
    if (settlement instanceof Settlement.Defer defer) {
      return new Settlement.Defer(defer.lease(), moved(id(defer), defer.dueAt()), defer.headers());
    }
    return settlement;
  }

  private String id(Settlement settlement) {
    return Objects.requireNonNull(ids.get(settlement.lease()), "the id of what is settled");
  }

  private Instant moved(String id, Instant due) {
    dueAt.put(id, due);
    return handedOverAt(due);
  }

  InMessage handedOver(InMessage in) {
    ids.put(in.lease(), in.id());
    return new InMessage(
        in.lease(),
        in.id(),
        in.key(),
        in.attempt(),
        in.crashes(),
        dueAt.getOrDefault(in.id(), in.dueAt()),
        in.firstSeen(),
        in.headers(),
        in.body());
  }
}
