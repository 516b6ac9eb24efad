// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.DeadLetter;
import dev.redrive.DeadLetterFilter;
import dev.redrive.DeadLetterPage;
import dev.redrive.DeadLetters;
import dev.redrive.Settled;
import dev.redrive.TransportState;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.QueueSpec;
import dev.redrive.testkit.Poll;
import dev.redrive.testkit.RealTime;
import dev.redrive.testkit.servers.FaultProxy;
import dev.redrive.testkit.servers.RabbitServer;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Breaks the broker and the way to it in the middle of the flow, and does the books afterwards:
 * nothing lost, nothing early, nothing altered, duplicates only of what was in flight.
 */
@Execution(ExecutionMode.SAME_THREAD)
class BrokerFaultsIT {
  private static final Logger log = LoggerFactory.getLogger(BrokerFaultsIT.class);
  private static final int MESSAGES = Integer.getInteger("redrive.faults.messages", 4_000);
  private static final Duration BOUND = Duration.ofMinutes(1);

  // What is between two levels of the ladder when the broker is killed it may send again only when
  // a confirm has not come for three minutes.
  private static final Duration ALL_BOUND = Duration.ofMinutes(5);

  // Its own, because other tests do not expect theirs to be killed.
  private static final RabbitServer server = RabbitServer.start();

  private final RealTime time = new RealTime(3);
  private final FaultProxy proxy = new FaultProxy(server.port());
  private final AtomicReference<TransportState> state = new AtomicReference<>(TransportState.DOWN);
  private RabbitTransport transport;

  @BeforeEach
  void open() {
    transport =
        RabbitTransport.open(
            RabbitTransportConfig.builder().hosts(List.of("127.0.0.1:" + proxy.port())).build(),
            time.environment());
    transport.onState(state::set);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @AfterEach
  void close() {
    transport.close();
    proxy.close();
    time.close();
  }

  private Flow flow(String queue) {
    transport
        .provision(new QueueSpec(queue, false, OptionalLong.empty(), Duration.ZERO))
        .toCompletableFuture()
        .join();
    return new Flow(transport, queue, time.environment().clock(), MESSAGES, this::isUp);
  }

  private boolean isUp() {
    return state.get() == TransportState.UP;
  }

  /** Waits until so much of the flow was handed over, so that a fault meets it in the middle. */
  private void awaitPart(Flow flow, double part) {
    await("part " + part, BOUND, flow, () -> flow.handedOver() >= part * MESSAGES);
  }

  private void await(String what, Duration bound, Flow flow, BooleanSupplier condition) {
    try {
      Poll.until(what, bound, condition);
    } catch (AssertionError late) {
      throw new AssertionError(late.getMessage() + ": " + flow + "; " + queues(), late);
    }
  }

  /** Where messages are, as the broker sees it. */
  private String queues() {
    return server
        .control("-q", "list_queues", "name", "messages_ready", "messages_unacknowledged")
        .lines()
        .filter(line -> !line.endsWith("\t0\t0"))
        .toList()
        .toString();
  }

  private void settleBooks(Flow flow, String queue, CompletableFuture<Void> sending, int bound) {
    Poll.until("all are sent", BOUND, sending::isDone);
    sending.join();
    await("none is missing", ALL_BOUND, flow, () -> flow.missing().isEmpty());
    Poll.until("the queue is empty", BOUND, () -> isEmpty(queue));
    log.warn("{}: {}", queue, flow);
    assertThat(flow.early()).isEmpty();
    assertThat(flow.altered()).isEmpty();
    assertThat(flow.unexpected()).isEmpty();
    assertThat(flow.duplicates()).isLessThanOrEqualTo(bound);
    assertThat(flow.accepted().size()).isGreaterThan(MESSAGES / 2);
    assertThat(letters(queue)).containsAll(flow.dead());
  }

  private boolean isEmpty(String queue) {
    var stats = transport.stats(queue).toCompletableFuture().join();
    return stats.waiting() == 0 && stats.running() == 0;
  }

  private Set<String> letters(String queue) {
    DeadLetters letters = transport.deadLetters(queue);
    Set<String> ids = new HashSet<>();
    Optional<String> cursor = Optional.empty();
    do {
      DeadLetterPage page =
          letters.browse(DeadLetterFilter.all(), cursor, 50).toCompletableFuture().join();
      page.items().stream().map(DeadLetter::id).forEach(ids::add);
      cursor = page.next();
    } while (cursor.isPresent());
    return ids;
  }

  private static CompletableFuture<Void> sending(Flow flow) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                flow.send();
                done.complete(null);
              } catch (RuntimeException failure) {
                done.completeExceptionally(failure);
              }
            },
            "sender");
    thread.setDaemon(true);
    thread.start();
    return done;
  }

  @Test
  void nothing_is_lost_when_the_broker_is_killed() {
    Flow flow = flow("killed");
    flow.consume();
    CompletableFuture<Void> sending = sending(flow);
    for (double part : new double[] {0.2, 0.5}) {
      awaitPart(flow, part);
      server.kill();
      Poll.until("DOWN", BOUND, () -> state.get() == TransportState.DOWN);
      server.restart();
      Poll.until("UP", BOUND, this::isUp);
    }
    settleBooks(flow, "killed", sending, 2 * 1_000);
  }

  @Test
  void nothing_is_lost_when_connections_are_reset() {
    Flow flow = flow("reset");
    flow.consume();
    CompletableFuture<Void> sending = sending(flow);
    for (int i = 1; i <= 5; i++) {
      awaitPart(flow, i / 7.0);
      proxy.reset();
    }
    settleBooks(flow, "reset", sending, 5 * 1_000);
  }

  @Test
  void sends_wait_while_the_broker_raises_an_alarm() {
    Flow flow = flow("blocked");
    flow.consume();
    CompletableFuture<Void> sending;
    server.control("set_vm_memory_high_watermark", "0");
    try {
      sending = sending(flow);
      Poll.until("BLOCKED", BOUND, () -> state.get() == TransportState.BLOCKED);
      assertThat(sending).isNotDone();
    } finally {
      server.control("set_vm_memory_high_watermark", "absolute", "1024MB");
    }
    Poll.until("UP", BOUND, this::isUp);
    settleBooks(flow, "blocked", sending, 0);
  }

  /** Half an hour unless somebody has set it, and looked at once a minute. */
  @Test
  void a_lease_that_outlasts_the_brokers_patience_is_stale_and_comes_again() throws Exception {
    impatience("2000", "200");
    try (RabbitScene scene = new RabbitScene(server)) {
      scene.provision("impatient");
      scene.provision("patient");
      scene.send("impatient", "slow");
      RabbitScene.Worker slow = scene.worker("impatient");
      RabbitScene.Worker other = scene.worker("patient");
      InMessage message = slow.next();
      slow.subscription().request(1);

      InMessage again = slow.arrived();

      assertThat(again.id()).isEqualTo("slow");
      assertThat(again.attempt()).isEqualTo(1);
      assertThat(slow.ack(message)).isEqualTo(Settled.STALE);
      assertThat(slow.ack(again)).isEqualTo(Settled.DONE);
      scene.send("patient", "m");
      assertThat(other.ack(other.next())).isEqualTo(Settled.DONE);
      assertThat(scene.states()).containsExactly(TransportState.UP);
    } finally {
      impatience("1800000", "60000");
    }
  }

  private static void impatience(String consumerMillis, String tickMillis) {
    server.control(
        "eval",
        "application:set_env(rabbit, consumer_timeout, %s), application:set_env(rabbit, channel_tick_interval, %s)."
            .formatted(consumerMillis, tickMillis));
  }
}
