// SPDX-License-Identifier: Apache-2.0

package dev.redrive.guard.limits;

import dev.redrive.Codec;
import dev.redrive.Message;
import dev.redrive.Outgoing;
import dev.redrive.Queue;
import dev.redrive.QueueOptions;
import dev.redrive.Redrive;
import dev.redrive.core.Engine;
import dev.redrive.gate.GateFactory;
import dev.redrive.retry.Backoff;
import dev.redrive.retry.RetryPolicy;
import dev.redrive.spi.Environment;
import dev.redrive.spi.Transport;
import dev.redrive.testkit.VirtualTime;
import dev.redrive.transport.memory.MemoryStore;
import dev.redrive.transport.memory.MemoryTransport;
import dev.redrive.transport.memory.MemoryTransportConfig;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;

/** A queue of the real engine on virtual time, over the memory transport, with limits. */
final class Factory {
  final VirtualTime time = new VirtualTime();
  final List<Began> began = new ArrayList<>();
  final Queue<String> queue;
  private final Duration attempts;
  private Predicate<Message<String>> fails = message -> false;
  private int running;
  private int runningMost;

  /** An attempt that began, and how long after the message was sent. */
  record Began(String key, int attempt, Duration waited, Instant at) {}

  Factory(Duration attempts, int concurrency, GateFactory... limits) {
    this.attempts = attempts;
    Redrive redrive =
        Engine.builder().environment(time.environment(1)).transport(Factory::memory).open();
    queue =
        redrive.queue(
            QueueOptions.builder("orders", Codec.text())
                .concurrency(concurrency)
                .policy(
                    RetryPolicy.builder()
                        .backoff(Backoff.fixed(Duration.ofSeconds(1)))
                        .attempts(5)
                        .build())
                .gates(limits)
                .build());
    queue.handleAsync(this::handle);
  }

  private static Transport memory(Environment environment) {
    return new MemoryTransport(environment, MemoryTransportConfig.defaults(), new MemoryStore());
  }

  /** Has the attempts fail of which this is true. */
  void fail(Predicate<Message<String>> which) {
    fails = which;
  }

  private CompletionStage<?> handle(Message<String> message) {
    Instant now = time.instant();
    Duration waited = Duration.between(Instant.parse(message.payload()), now);
    began.add(new Began(message.key().orElse(""), message.attempt(), waited, now));
    runningMost = Math.max(runningMost, ++running);
    CompletableFuture<Void> end = new CompletableFuture<>();
    time.after(attempts, () -> end(message, end));
    return end;
  }

  private void end(Message<String> message, CompletableFuture<Void> end) {
    running--;
    if (fails.test(message)) {
      end.completeExceptionally(new IllegalStateException("planned"));
    } else {
      end.complete(null);
    }
  }

  void send(String key, int count) {
    for (int i = 0; i < count; i++) {
      queue.send(Outgoing.of(time.instant().toString()).key(key));
    }
  }

  /** Sends one every so often, so many in all. */
  void stream(String key, Duration every, int count) {
    for (int i = 0; i < count; i++) {
      time.after(every.multipliedBy(i), () -> send(key, 1));
    }
  }

  int runningMost() {
    return runningMost;
  }

  long beganOf(String keyPrefix) {
    return began.stream().filter(each -> each.key().startsWith(keyPrefix)).count();
  }

  /** The 99th percentile of what the first attempts of these keys waited. */
  Duration waitedP99(String keyPrefix) {
    List<Duration> waited =
        began.stream()
            .filter(each -> each.key().startsWith(keyPrefix) && each.attempt() == 1)
            .map(Began::waited)
            .sorted()
            .toList();
    return waited.get((int) Math.ceil(0.99 * waited.size()) - 1);
  }

  /** The most attempts that began within any stretch of this length. */
  int mostWithin(Duration stretch, Predicate<Began> which) {
    List<Instant> times = began.stream().filter(which).map(Began::at).toList();
    int most = 0;
    int first = 0;
    for (int last = 0; last < times.size(); last++) {
      while (!times.get(first).plus(stretch).isAfter(times.get(last))) {
        first++;
      }
      most = Math.max(most, last - first + 1);
    }
    return most;
  }
}
