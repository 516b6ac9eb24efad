// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import dev.redrive.MessageState;
import dev.redrive.MessageStatus;
import dev.redrive.QueueStats;
import dev.redrive.Settled;
import dev.redrive.TransportState;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.OutMessage;
import dev.redrive.spi.PublishResult;
import dev.redrive.spi.QueueSpec;
import dev.redrive.spi.Settlement;
import dev.redrive.spi.SubscribeOptions;
import dev.redrive.spi.Subscription;
import dev.redrive.testkit.Poll;
import dev.redrive.testkit.VirtualTime;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** An embedded transport with one queue, on virtual time, and short words for what tests do. */
final class Desk implements AutoCloseable {
  static final String QUEUE = "desk";
  static final Duration BOUND = Duration.ofSeconds(30);

  private final VirtualTime time;
  private final RealThreads threads = new RealThreads();
  private final EmbeddedTransport transport;
  private final LinkedBlockingQueue<InMessage> arrived = new LinkedBlockingQueue<>();
  private final List<TransportState> states = new CopyOnWriteArrayList<>();
  private final Subscription subscription;

  private Desk(
      EmbeddedTransportConfig config, VirtualTime time, QueueSpec spec, LongSupplier usable) {
    this.time = time;
    this.transport = EmbeddedTransport.open(config, threads.environment(time), folder -> usable);
    transport.onState(states::add);
    await(transport.provision(spec));
    subscription =
        transport.subscribe(QUEUE, new SubscribeOptions(Duration.ofMinutes(10)), arrived::addAll);
  }

  static Desk open(Path folder) {
    return open(folder, new VirtualTime());
  }

  static Desk open(Path folder, VirtualTime time) {
    return open(folder, time, spec(), () -> Long.MAX_VALUE);
  }

  static Desk open(Path folder, VirtualTime time, QueueSpec spec, LongSupplier usable) {
    return new Desk(EmbeddedTransportConfig.builder(folder).build(), time, spec, usable);
  }

  static QueueSpec spec() {
    return new QueueSpec(QUEUE, false, OptionalLong.empty(), Duration.ofHours(1));
  }

  EmbeddedTransport transport() {
    return transport;
  }

  VirtualTime time() {
    return time;
  }

  List<TransportState> states() {
    return states;
  }

  Subscription subscription() {
    return subscription;
  }

  /** Lets time pass, and the threads do what follows from it. */
  void advance(Duration by) {
    time.advance(by);
    threads.awaitCalm();
  }

  void await(String what, BooleanSupplier condition) {
    Poll.until(
        what,
        BOUND,
        () -> {
          time.runUntilIdle();
          return condition.getAsBoolean();
        });
  }

  <T> T await(CompletionStage<T> stage) {
    await("the stage's end", stage.toCompletableFuture()::isDone);
    return stage.toCompletableFuture().join();
  }

  OutMessage message(String id, Duration delay) {
    byte[] body = ("body of " + id).getBytes(StandardCharsets.UTF_8);
    return new OutMessage(id, false, "", time.instant().plus(delay), Map.of("of", id), body);
  }

  PublishResult send(OutMessage message) {
    return await(transport.publish(QUEUE, List.of(message))).get(0);
  }

  PublishResult send(String id) {
    return send(message(id, Duration.ZERO));
  }

  /** The next message; asks for it. */
  InMessage next() {
    subscription.request(1);
    await("a message", () -> !arrived.isEmpty());
    return arrived.remove();
  }

  /** Ids of what arrived and was not taken. */
  List<String> arrived() {
    threads.awaitCalm();
    return arrived.stream().map(InMessage::id).toList();
  }

  /** Takes all that arrived. */
  List<InMessage> takeArrived() {
    threads.awaitCalm();
    time.runUntilIdle();
    threads.awaitCalm();
    List<InMessage> taken = new ArrayList<>();
    arrived.drainTo(taken);
    return taken;
  }

  Settled begin(InMessage message) {
    return await(subscription.begin(List.of(message.lease()))).get(0);
  }

  Settled settle(Settlement settlement) {
    return await(subscription.settle(List.of(settlement))).get(0);
  }

  Settled ack(InMessage message) {
    return settle(new Settlement.Ack(message.lease()));
  }

  Optional<MessageStatus> find(String id) {
    return await(transport.find(QUEUE, id));
  }

  MessageState state(String id) {
    return find(id).orElseThrow().state();
  }

  QueueStats stats() {
    return await(transport.stats(QUEUE));
  }

  @Override
  public void close() {
    transport.close();
    threads.close();
  }
}
