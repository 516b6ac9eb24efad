// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.memory.broken;

import dev.redrive.Settled;
import dev.redrive.spi.Capabilities;
import dev.redrive.spi.Environment;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.OutMessage;
import dev.redrive.spi.PublishResult;
import dev.redrive.spi.Settlement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;

/** Defects of due times. */
final class DelayFlaws {
  private DelayFlaws() {}

  static List<Defect> all() {
    return List.of(
        Defect.of("T-30", "has a coarse wheel for short delays, and rounds down", RoundsDown::new),
        Defect.of("T-31", "hands retries over a tick early", RetriesEarly::new),
        Defect.of("T-32", "does not believe that a clock goes back", ClimbsOnly::new),
        Defect.of("T-33", "is wrong about the time zone after a restart", MovesTheZone::new),
        Defect.of("T-34", "cuts delays at the longest that it has", CutsDelays::new),
        Defect.of("T-35", "queues short delays behind long ones", QueuesDelays::new));
  }

  /** The delay of a message that is sent now. */
  private static Duration delay(Flaw flaw, OutMessage message) {
    return Duration.between(flaw.now(), message.notBefore());
  }

  private static boolean isBetween(Duration delay, Duration more, Duration less) {
    return delay.compareTo(more) > 0 && delay.compareTo(less) < 0;
  }

  private static final class RoundsDown extends Flaw {
    private final Map<String, Instant> dueAt = new ConcurrentHashMap<>();

    @Override
    public CompletionStage<List<PublishResult>> publish(String queue, List<OutMessage> batch) {
      return super.publish(queue, batch.stream().map(this::rounded).toList());
    }

    private OutMessage rounded(OutMessage message) {
      if (!isBetween(delay(this, message), Duration.ZERO, ticks(1))) {
        return message;
      }
      dueAt.put(message.id(), message.notBefore());
      return Messages.due(message, message.notBefore().minus(ticks(0.1)));
    }

    @Override
    InMessage arriving(InMessage message) {
      Instant asked = dueAt.getOrDefault(message.id(), message.dueAt());
      return Messages.timed(message, asked, message.firstSeen());
    }
  }

  private static final class RetriesEarly extends Flaw {
    @Override
    Settlement settling(Settlement settlement) {
      return settlement instanceof Settlement.Retry retry && retry.dueAt().isAfter(now())
          ? new Settlement.Retry(retry.lease(), retry.dueAt().minus(ticks(1)), retry.headers())
          : settlement;
    }
  }

  private static final class ClimbsOnly extends Flaw {
    @Override
    Environment environment(Environment sound) {
      AtomicReference<Instant> highest = new AtomicReference<>(Instant.MIN);
      InstantSource clock =
          () ->
              highest.accumulateAndGet(
                  sound.clock().instant(), (one, other) -> one.isAfter(other) ? one : other);
      return new Environment(
          clock, sound.timers(), sound.random(), sound.executor(), sound.threads());
    }
  }

  private static final class MovesTheZone extends Flaw {
    private boolean hasSent;
    private boolean hasRetried;
    private boolean isRestarting;

    @Override
    public CompletionStage<List<PublishResult>> publish(String queue, List<OutMessage> batch) {
      hasSent |= batch.stream().anyMatch(message -> message.notBefore().isAfter(now()));
      return super.publish(queue, batch);
    }

    @Override
    CompletionStage<List<Settled>> settle(FlawedSubscription by, List<Settlement> batch) {
      hasRetried |=
          batch.stream()
              .anyMatch(
                  each -> each instanceof Settlement.Retry retry && retry.dueAt().isAfter(now()));
      return super.settle(by, batch);
    }

    @Override
    void restarting() {
      isRestarting = true;
    }

    @Override
    Environment environment(Environment sound) {
      if (!isRestarting || !hasSent || !hasRetried) {
        return sound;
      }
      return new Environment(
          () -> sound.clock().instant().plus(ticks(15)),
          sound.timers(),
          sound.random(),
          sound.executor(),
          sound.threads());
    }
  }

  private static final class CutsDelays extends Flaw {
    private static final Duration LONGEST = ticks(100);

    @Override
    public Capabilities capabilities() {
      Capabilities sound = super.capabilities();
      return new Capabilities(
          sound.durability(),
          sound.retryMove(),
          sound.deadMove(),
          sound.minDelay(),
          LONGEST,
          sound.granularity(),
          sound.features());
    }

    @Override
    public CompletionStage<List<PublishResult>> publish(String queue, List<OutMessage> batch) {
      return super.publish(queue, batch.stream().map(this::cut).toList());
    }

    private OutMessage cut(OutMessage message) {
      return delay(this, message).compareTo(LONGEST) > 0
          ? Messages.due(message, now().plus(LONGEST))
          : message;
    }
  }

  private static final class QueuesDelays extends Flaw {
    private static final Duration LONG = ticks(15);
    private volatile Instant last = Instant.MIN;

    @Override
    public CompletionStage<List<PublishResult>> publish(String queue, List<OutMessage> batch) {
      return super.publish(queue, batch.stream().map(this::queued).toList());
    }

    private OutMessage queued(OutMessage message) {
      if (delay(this, message).compareTo(LONG) >= 0) {
        last = message.notBefore();
      } else if (isBetween(delay(this, message), Duration.ZERO, LONG)
          && last.isAfter(message.notBefore())) {
        return Messages.due(message, last);
      }
      return message;
    }
  }
}
