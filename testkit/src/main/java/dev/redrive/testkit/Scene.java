// SPDX-License-Identifier: Apache-2.0

package dev.redrive.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.redrive.DeadLetters;
import dev.redrive.QueueStats;
import dev.redrive.Settled;
import dev.redrive.Successors;
import dev.redrive.spi.Capabilities.Durability;
import dev.redrive.spi.Capability;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.OutMessage;
import dev.redrive.spi.PublishResult;
import dev.redrive.spi.QueueSpec;
import dev.redrive.spi.Transport;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/** The transport under test with one queue of its own, and short words for what tests do to it. */
final class Scene {
  private static final AtomicLong SCENES = new AtomicLong();
  private static final String PROCESS = processName();

  private final TransportHarness harness;
  private Transport transport;
  private QueueSpec spec;

  private Scene(TransportHarness harness, QueueSpec spec) {
    this.harness = harness;
    this.transport = harness.open();
    this.spec = spec;
  }

  /** A scene with an unordered queue without limits. */
  static Scene open(TransportHarness harness) {
    Scene scene = unprovisioned(harness);
    scene.provision(scene.spec);
    return scene;
  }

  /** A scene whose queue is not provisioned yet. */
  static Scene unprovisioned(TransportHarness harness) {
    return new Scene(
        harness,
        new QueueSpec(uniqueName(), false, OptionalLong.empty(), harness.tick().multipliedBy(6)));
  }

  private static String processName() {
    // Queues of a real server outlive the process, so that a number alone would come again.
    ProcessHandle self = ProcessHandle.current();
    long started = self.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
    return Long.toString(self.pid(), 36) + "-" + Long.toString(started, 36);
  }

  static String uniqueName() {
    return "contract-" + PROCESS + "-" + SCENES.incrementAndGet();
  }

  QueueSpec orderedSpec() {
    return new QueueSpec(spec.name(), true, spec.maxWaiting(), spec.dedupWindow());
  }

  QueueSpec orderedSpec(Successors successors) {
    return new QueueSpec(spec.name(), true, successors, spec.maxWaiting(), spec.dedupWindow());
  }

  QueueSpec limitedSpec(long maxWaiting) {
    return new QueueSpec(
        spec.name(), spec.isOrdered(), OptionalLong.of(maxWaiting), spec.dedupWindow());
  }

  void provision(QueueSpec changed) {
    await(transport.provision(changed));
    spec = changed;
  }

  TransportHarness harness() {
    return harness;
  }

  Transport transport() {
    return transport;
  }

  String queue() {
    return spec.name();
  }

  QueueSpec spec() {
    return spec;
  }

  boolean has(Capability capability) {
    return transport.capabilities().has(capability);
  }

  /** True if what was published survives the end of the process. */
  boolean isDurable() {
    return transport.capabilities().durability() != Durability.PROCESS;
  }

  Duration ticks(int n) {
    return harness.tick().multipliedBy(n);
  }

  /** A lease that ends soon. */
  Duration shortLease() {
    return ticks(3);
  }

  Instant now() {
    return harness.clock().instant();
  }

  /** So much from now, in whole milliseconds, as the wire has it. */
  Instant in(Duration delay) {
    return now().plus(delay).truncatedTo(ChronoUnit.MILLIS);
  }

  <T> T await(CompletionStage<T> stage) {
    return harness.await(stage);
  }

  void advance(Duration by) {
    harness.advance(by);
  }

  /** A message that is due at once. */
  OutMessage message(String id) {
    return message(id, "", Duration.ZERO);
  }

  OutMessage message(String id, String key) {
    return message(id, key, Duration.ZERO);
  }

  OutMessage message(String id, Duration delay) {
    return message(id, "", delay);
  }

  OutMessage message(String id, String key, Duration delay) {
    byte[] body = ("body of " + id).getBytes(StandardCharsets.UTF_8);
    return new OutMessage(id, false, key, in(delay), Map.of("of", id), body);
  }

  /** Messages {@code <prefix>0} and so on, all due now, at one time. */
  OutMessage[] batch(String prefix, int size) {
    Instant now = in(Duration.ZERO);
    OutMessage[] batch = new OutMessage[size];
    for (int i = 0; i < size; i++) {
      batch[i] =
          new OutMessage(
              prefix + i, false, "", now, Map.of(), (prefix + i).getBytes(StandardCharsets.UTF_8));
    }
    return batch;
  }

  List<PublishResult> publish(OutMessage... messages) {
    return await(transport.publish(queue(), List.of(messages)));
  }

  /** Publishes messages that must be accepted. */
  void accepted(OutMessage... messages) {
    assertThat(publish(messages)).hasOnlyElementsOfType(PublishResult.Accepted.class);
  }

  /** Publishes messages without keys, due at once, that must be accepted. */
  void accepted(String... ids) {
    OutMessage[] messages = new OutMessage[ids.length];
    for (int i = 0; i < ids.length; i++) {
      messages[i] = message(ids[i]);
    }
    accepted(messages);
  }

  /** A recipient whose leases do not end while a test runs. */
  Recipient recipient() {
    return new Recipient(this, ticks(1_000));
  }

  Recipient recipient(Duration lease) {
    return new Recipient(this, lease);
  }

  /** Publishes messages and makes them dead letters, one after another in this order. */
  void kill(String... ids) {
    Recipient recipient = recipient();
    for (String id : ids) {
      accepted(id);
      InMessage message = recipient.next();
      assertThat(recipient.begin(message)).isEqualTo(Settled.DONE);
      assertThat(recipient.kill(message)).isEqualTo(Settled.DONE);
    }
    recipient.close();
  }

  DeadLetters deadLetters() {
    return transport.deadLetters(queue());
  }

  QueueStats stats() {
    return await(transport.stats(queue()));
  }

  /** The stats, whose counts must add up where they are exact. */
  QueueStats conserved() {
    QueueStats stats = stats();
    List<Long> counts =
        List.of(
            stats.succeeded(),
            stats.dead(),
            stats.purged(),
            stats.cancelled(),
            stats.waiting(),
            stats.running());
    assertThat(counts).as("no count is negative").allMatch(count -> count >= 0);
    if (has(Capability.EXACT_COUNTS)) {
      assertThat(counts.stream().mapToLong(Long::longValue).sum())
          .as("sent = succeeded + dead + purged + cancelled + waiting + running, in %s", stats)
          .isEqualTo(stats.sent());
    }
    return stats;
  }

  /** Checks one of the counts, where they are exact, and that all add up. */
  void assertCount(ToLongFunction<QueueStats> count, long expected) {
    QueueStats stats = conserved();
    if (has(Capability.EXACT_COUNTS)) {
      assertThat(count.applyAsLong(stats)).as("%s", stats).isEqualTo(expected);
    }
  }

  /** Takes and acknowledges all there is now, and returns the ids in the order they came. */
  List<String> takeAll(int expected) {
    Recipient recipient = recipient();
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < expected; i++) {
      InMessage message = recipient.next();
      ids.add(message.id());
      assertThat(recipient.ack(message)).isEqualTo(Settled.DONE);
    }
    recipient.nothing("there are no more than " + expected);
    recipient.close();
    return ids;
  }

  /** Restarts in good order. */
  void restart() {
    transport = harness.restart();
    await(transport.provision(spec));
  }

  /** Crashes and restarts, and lets short leases of before end. */
  void crash() {
    transport = harness.crash();
    await(transport.provision(spec));
    advance(shortLease());
  }

  /** What the call failed with, thrown at once or through its stage. */
  Throwable failure(Supplier<? extends CompletionStage<?>> call) {
    return catchThrowable(() -> await(call.get()));
  }

  /** Checks that the queue knows nothing any more, as after the end of a volatile transport. */
  void assertEverythingIsGone() {
    recipient().nothing("a transport that says it lives in its process keeps nothing");
    assertCount(QueueStats::sent, 0);
    assertCount(QueueStats::dead, 0);
  }
}
