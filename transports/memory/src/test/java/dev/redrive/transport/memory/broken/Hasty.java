// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.memory.broken;

import dev.redrive.spi.Capabilities;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.Lease;
import dev.redrive.spi.OutMessage;
import dev.redrive.spi.PublishResult;
import dev.redrive.spi.Settlement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** A sound transport that keeps neither short delays nor long ones, as far as it may. */
final class Hasty extends Limited {
  private static final Duration SHORT = ticks(2);
  private static final Duration LONG = ticks(15);
  private final Map<String, Instant> dueAt = new ConcurrentHashMap<>();
  private final Map<Lease, String> ids = new ConcurrentHashMap<>();

  @Override
  public Capabilities capabilities() {
    Capabilities all = super.capabilities();
    return new Capabilities(
        all.durability(),
        all.retryMove(),
        all.deadMove(),
        SHORT,
        LONG,
        all.granularity(),
        all.features());
  }

  /** When a message that is due then is handed over. */
  private Instant handedOverAt(Instant due) {
    Duration left = Duration.between(now(), due);
    if (left.compareTo(LONG) > 0) {
      return now().plus(LONG);
    }
    return left.isNegative() || left.compareTo(SHORT) >= 0 ? due : now();
  }

  @Override
  public CompletionStage<List<PublishResult>> publish(String queue, List<OutMessage> batch) {
    batch.forEach(message -> dueAt.put(message.id(), message.notBefore()));
    return super.publish(queue, batch.stream().map(this::hastened).toList());
  }

  private OutMessage hastened(OutMessage message) {
    return Messages.due(message, handedOverAt(message.notBefore()));
  }

  @Override
  InMessage arriving(InMessage message) {
    ids.put(message.lease(), message.id());
    Instant asked = dueAt.getOrDefault(message.id(), message.dueAt());
    // A dead letter that is replayed is due anew.
    Instant due = asked.isAfter(message.dueAt()) ? asked : message.dueAt();
    return super.arriving(Messages.timed(message, due, message.firstSeen()));
  }

  @Override
  Settlement settling(Settlement settlement) {
    if (settlement instanceof Settlement.Retry retry) {
      return new Settlement.Retry(
          retry.lease(), moved(retry.lease(), retry.dueAt()), retry.headers());
    }
    if (settlement instanceof Settlement.Defer defer) {
      return new Settlement.Defer(
          defer.lease(), moved(defer.lease(), defer.dueAt()), defer.headers());
    }
    return settlement;
  }

  private Instant moved(Lease lease, Instant due) {
    Optional.ofNullable(ids.get(lease)).ifPresent(id -> dueAt.put(id, due));
    return handedOverAt(due);
  }
}
