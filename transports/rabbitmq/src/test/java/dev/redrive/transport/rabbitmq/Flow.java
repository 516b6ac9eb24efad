// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.redrive.Settled;
import dev.redrive.TransportException;
import dev.redrive.retry.Reason;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.OutMessage;
import dev.redrive.spi.PublishResult;
import dev.redrive.spi.Settlement;
import dev.redrive.spi.SubscribeOptions;
import dev.redrive.spi.Subscription;
import dev.redrive.spi.Transport;
import dev.redrive.testkit.Poll;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/**
 * Messages that are sent and consumed while somebody breaks things, and the books of it: what was
 * accepted, and what became of each.
 */
final class Flow {
  private static final int BATCH = 20;
  private static final int CREDIT = 200;

  private final Transport transport;
  private final String queue;
  private final InstantSource clock;
  private final int messages;
  private final BooleanSupplier isUp;
  private final CompletableFuture<Subscription> subscription = new CompletableFuture<>();

  private final Set<String> accepted = ConcurrentHashMap.newKeySet();
  private final Set<String> unknown = ConcurrentHashMap.newKeySet();
  private final Map<String, Integer> succeeded = new ConcurrentHashMap<>();
  private final Map<String, Integer> dead = new ConcurrentHashMap<>();
  // Whose last settlement got no answer: it holds, or the message comes again.
  private final Set<String> unanswered = ConcurrentHashMap.newKeySet();
  private final Set<String> early = ConcurrentHashMap.newKeySet();
  private final Set<String> altered = ConcurrentHashMap.newKeySet();
  private final AtomicInteger handedOver = new AtomicInteger();

  Flow(Transport transport, String queue, InstantSource clock, int messages, BooleanSupplier isUp) {
    this.isUp = isUp;
    this.transport = transport;
    this.queue = queue;
    this.clock = clock;
    this.messages = messages;
  }

  void consume() {
    SubscribeOptions options = new SubscribeOptions(Duration.ofMinutes(5));
    subscription.complete(transport.subscribe(queue, options, this::handle));
    subscription.join().request(CREDIT);
  }

  /** Sends all, a batch after another; one that fails is unknown, and not sent again. */
  void send() {
    for (int i = 0; i < messages; i += BATCH) {
      List<OutMessage> batch = new ArrayList<>();
      for (int j = i; j < Math.min(messages, i + BATCH); j++) {
        batch.add(message("m" + j, j));
      }
      try {
        List<PublishResult> results = transport.publish(queue, batch).toCompletableFuture().join();
        for (int j = 0; j < results.size(); j++) {
          if (results.get(j) instanceof PublishResult.Accepted) {
            accepted.add(batch.get(j).id());
          }
        }
      } catch (CompletionException failure) {
        if (!(failure.getCause() instanceof TransportException)) {
          throw failure;
        }
        batch.forEach(message -> unknown.add(message.id()));
        Poll.until("UP", Duration.ofMinutes(1), isUp);
      }
    }
  }

  private OutMessage message(String id, int number) {
    Duration delay = number % 20 == 3 ? Duration.ofMillis(number % 1_500) : Duration.ZERO;
    Instant due = clock.instant().plus(delay);
    return new OutMessage(id, false, "", due, Map.of("of", id), ("body of " + id).getBytes(UTF_8));
  }

  private void handle(List<InMessage> batch) {
    handedOver.addAndGet(batch.size());
    Instant now = clock.instant();
    List<Settlement> settlements = new ArrayList<>();
    for (InMessage message : batch) {
      if (now.isBefore(message.dueAt())) {
        early.add(message.id());
      }
      if (!new String(message.body(), UTF_8).equals("body of " + message.id())
          || !message.headers().equals(Map.of("of", message.id()))) {
        altered.add(message.id());
      }
      settlements.add(settlement(message, now));
    }
    CompletionStage<List<Settled>> settled = subscription.join().settle(settlements);
    settled.whenComplete((answers, failure) -> book(batch, settlements, answers));
  }

  private static Settlement settlement(InMessage message, Instant now) {
    int kind = Math.floorMod(message.id().hashCode(), 50);
    if (kind < 5 && message.attempt() == 1) {
      return new Settlement.Retry(message.lease(), now.plusMillis(40L * kind * kind), Map.of());
    }
    if (kind == 7) {
      return new Settlement.Dead(
          message.lease(), Reason.REJECTED, "it failed", "kind", message.attempt(), Map.of());
    }
    return new Settlement.Ack(message.lease());
  }

  private void book(List<InMessage> batch, List<Settlement> settlements, List<Settled> answers) {
    for (int i = 0; i < batch.size(); i++) {
      String id = batch.get(i).id();
      Settlement settlement = settlements.get(i);
      if (answers.get(i) != Settled.DONE) {
        unanswered.add(id);
      } else if (settlement instanceof Settlement.Ack) {
        succeeded.merge(id, 1, Integer::sum);
      } else if (settlement instanceof Settlement.Dead) {
        dead.merge(id, 1, Integer::sum);
      }
    }
    subscription.join().request(batch.size());
  }

  /** Accepted messages of which nothing is known. */
  Set<String> missing() {
    Set<String> missing = ConcurrentHashMap.newKeySet();
    missing.addAll(accepted);
    missing.removeAll(succeeded.keySet());
    missing.removeAll(dead.keySet());
    missing.removeAll(unanswered);
    return missing;
  }

  /** Messages that came, and were never sent. */
  Set<String> unexpected() {
    Set<String> unexpected = ConcurrentHashMap.newKeySet();
    unexpected.addAll(succeeded.keySet());
    unexpected.addAll(dead.keySet());
    unexpected.removeAll(accepted);
    unexpected.removeAll(unknown);
    return unexpected;
  }

  int duplicates() {
    return succeeded.values().stream().mapToInt(times -> times - 1).sum()
        + dead.values().stream().mapToInt(times -> times - 1).sum();
  }

  Set<String> accepted() {
    return accepted;
  }

  Set<String> dead() {
    return dead.keySet();
  }

  Set<String> early() {
    return early;
  }

  Set<String> altered() {
    return altered;
  }

  int handedOver() {
    return handedOver.get();
  }

  @Override
  public String toString() {
    return ("accepted %d, unknown %d, succeeded %d, dead %d, duplicates %d, unanswered %d, handed over"
            + " %d, missing %d: %s")
        .formatted(
            accepted.size(),
            unknown.size(),
            succeeded.size(),
            dead.size(),
            duplicates(),
            unanswered.size(),
            handedOver.get(),
            missing().size(),
            missing().stream().limit(20).toList());
  }
}
