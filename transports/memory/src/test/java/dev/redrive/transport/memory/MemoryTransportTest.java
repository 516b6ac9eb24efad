// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redrive.InvalidOptionsException;
import dev.redrive.QueueStats;
import dev.redrive.SendRefusedException;
import dev.redrive.retry.Reason;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.OutMessage;
import dev.redrive.spi.PublishResult;
import dev.redrive.spi.QueueSpec;
import dev.redrive.spi.Settlement;
import dev.redrive.spi.SubscribeOptions;
import dev.redrive.spi.Subscription;
import dev.redrive.spi.Transport;
import dev.redrive.spi.TransportProvider;
import dev.redrive.testkit.VirtualTime;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.ServiceLoader;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the memory transport does beyond the contract. */
class MemoryTransportTest {
  private static final String QUEUE = "orders";
  private static final Duration LEASE = Duration.ofMinutes(1);

  private final VirtualTime time = new VirtualTime();

  private Transport open(long maxBytes) {
    Transport transport =
        new MemoryTransport(
            time.environment(1), MemoryTransportConfig.builder().maxBytes(maxBytes).build());
    result(
        transport.provision(
            new QueueSpec(QUEUE, false, OptionalLong.empty(), Duration.ofHours(1))));
    return transport;
  }

  private static <T> T result(CompletionStage<T> stage) {
    return stage.toCompletableFuture().join();
  }

  private OutMessage message(String id, boolean isUnique, int size) {
    return new OutMessage(id, isUnique, "", time.instant(), Map.of(), new byte[size]);
  }

  private PublishResult publish(Transport transport, OutMessage message) {
    return result(transport.publish(QUEUE, List.of(message))).get(0);
  }

  private List<InMessage> takeAndAck(Transport transport, int credit) {
    List<InMessage> taken = new ArrayList<>();
    Subscription subscription =
        transport.subscribe(QUEUE, new SubscribeOptions(LEASE), taken::addAll);
    subscription.request(credit);
    time.runUntilIdle();
    taken.forEach(each -> result(subscription.settle(List.of(new Settlement.Ack(each.lease())))));
    subscription.close();
    return taken;
  }

  private OutMessage keyed(String id, String key) {
    return new OutMessage(id, true, key, time.instant(), Map.of(), new byte[1_000]);
  }

  @Test
  void what_waits_behind_a_dead_message_is_bounded_and_beyond_it_sends_are_refused() {
    Transport transport = open(20_000);
    result(
        transport.provision(new QueueSpec(QUEUE, true, OptionalLong.empty(), Duration.ofHours(1))));
    publish(transport, keyed("dead", "k"));
    List<InMessage> taken = new ArrayList<>();
    Subscription subscription =
        transport.subscribe(QUEUE, new SubscribeOptions(LEASE), taken::addAll);
    subscription.request(100);
    time.runUntilIdle();
    result(
        subscription.settle(
            List.of(
                new Settlement.Dead(
                    taken.get(0).lease(), Reason.REJECTED, "no", "kind", 1, Map.of()))));
    int behind = 0;
    while (publish(transport, keyed("behind-" + behind, "k")) instanceof PublishResult.Accepted) {
      behind++;
    }
    time.runUntilIdle();

    assertThat(taken).hasSize(1);
    assertThat(behind).isBetween(5, 15);
    assertThat(publish(transport, keyed("other", "l")))
        .as("loudly, and for whoever sends")
        .isInstanceOfSatisfying(
            PublishResult.Refused.class,
            refused -> assertThat(refused.cause()).isEqualTo(SendRefusedException.Cause.NO_SPACE));
    assertThat(result(transport.stats(QUEUE)).waiting()).as("none is lost").isEqualTo(behind);
    subscription.close();
  }

  @Test
  void messages_beyond_the_memory_are_refused_until_some_have_ended() {
    Transport transport = open(10_000);
    assertThat(publish(transport, message("a", true, 4_000)))
        .isEqualTo(PublishResult.Accepted.INSTANCE);
    assertThat(publish(transport, message("b", true, 4_000)))
        .isEqualTo(PublishResult.Accepted.INSTANCE);

    PublishResult refused = publish(transport, message("c", true, 4_000));

    assertThat(refused).isInstanceOf(PublishResult.Refused.class);
    assertThat(((PublishResult.Refused) refused).cause())
        .isEqualTo(SendRefusedException.Cause.NO_SPACE);
    assertThat(((PublishResult.Refused) refused).message()).contains("maxBytes");
    takeAndAck(transport, 1);
    assertThat(publish(transport, message("c", true, 4_000)))
        .isEqualTo(PublishResult.Accepted.INSTANCE);
  }

  @Test
  void all_memory_is_free_again_when_all_has_ended_and_is_forgotten() {
    Transport transport = open(1_000_000);
    for (int round = 0; round < 5; round++) {
      for (int i = 0; i < 500; i++) {
        assertThat(publish(transport, message("m" + i, false, 500)))
            .isEqualTo(PublishResult.Accepted.INSTANCE);
      }
      assertThat(takeAndAck(transport, 1_000)).hasSize(500);
      time.advance(Duration.ofHours(2));
    }
    assertThat(publish(transport, message("whole", true, 990_000)))
        .isEqualTo(PublishResult.Accepted.INSTANCE);
  }

  @Test
  void remembered_ids_take_memory_and_ids_of_the_engine_do_not() {
    Transport transport = open(100_000);
    int accepted = 0;
    while (publish(transport, message("user-" + accepted, false, 0))
        instanceof PublishResult.Accepted) {
      takeAndAck(transport, 1);
      accepted++;
    }
    assertThat(accepted).isBetween(300, 600);

    Transport other = open(100_000);
    for (int i = 0; i < 2_000; i++) {
      assertThat(publish(other, message("made-" + i, true, 0)))
          .isEqualTo(PublishResult.Accepted.INSTANCE);
      takeAndAck(other, 1);
    }
  }

  @Test
  void no_timer_is_set_while_nobody_waits_for_anything() {
    Transport transport = open(1_000_000);
    for (int i = 0; i < 100; i++) {
      OutMessage later =
          new OutMessage(
              "m" + i, true, "", time.instant().plusSeconds(60 + i), Map.of(), new byte[0]);
      publish(transport, later);
    }
    time.runUntilIdle();
    assertThat(time.pending()).isZero();

    Subscription subscription =
        transport.subscribe(QUEUE, new SubscribeOptions(LEASE), messages -> {});
    subscription.request(5);
    time.runUntilIdle();
    assertThat(time.pending()).as("one timer, for the first of them").isEqualTo(1);
    transport.close();
    time.runUntilIdle();
    assertThat(time.pending()).as("a closed transport leaves no timer").isZero();
  }

  @Test
  void two_runs_on_virtual_time_are_the_same() {
    assertThat(run()).isEqualTo(run());
  }

  private static List<String> run() {
    VirtualTime clock = new VirtualTime();
    Transport transport =
        new MemoryTransport(clock.environment(3), MemoryTransportConfig.defaults());
    result(transport.provision(new QueueSpec(QUEUE, true, OptionalLong.empty(), Duration.ZERO)));
    List<String> trace = new ArrayList<>();
    for (int consumer = 0; consumer < 3; consumer++) {
      List<Subscription> self = new ArrayList<>();
      String name = "c" + consumer;
      self.add(
          transport.subscribe(
              QUEUE,
              new SubscribeOptions(LEASE),
              messages -> {
                for (InMessage message : messages) {
                  trace.add(clock.instant() + " " + name + " " + message.id());
                  Settlement settlement =
                      message.attempt() < 3
                          ? new Settlement.Retry(
                              message.lease(), clock.instant().plusSeconds(7), Map.of())
                          : new Settlement.Ack(message.lease());
                  result(self.get(0).settle(List.of(settlement)));
                  self.get(0).request(1);
                }
              }));
      self.get(0).request(2);
    }
    for (int i = 0; i < 200; i++) {
      OutMessage message =
          new OutMessage(
              "m" + i,
              true,
              "k" + i % 7,
              clock.instant().plusSeconds(i * 31 % 50),
              Map.of(),
              new byte[0]);
      result(transport.publish(QUEUE, List.of(message)));
    }
    clock.advance(Duration.ofHours(1));
    QueueStats stats = result(transport.stats(QUEUE));
    assertThat(stats.succeeded()).isEqualTo(200);
    return trace;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"memory:/", "memory:///", "memory:///?maxBytes=1000", "memory:?maxBytes=1"})
  void a_uri_opens_it(String uri) {
    TransportProvider provider =
        ServiceLoader.load(TransportProvider.class).stream()
            .map(ServiceLoader.Provider::get)
            .filter(each -> each.schemes().contains("memory"))
            .findFirst()
            .orElseThrow();

    try (Transport transport = provider.open(URI.create(uri), time.environment(1))) {
      assertThat(transport).isInstanceOf(MemoryTransport.class);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"memory://host/", "memory:///?max=1", "memory:///?maxBytes=0", "other:/"})
  void any_other_uri_is_refused_with_one_that_is_right(String uri) {
    MemoryTransportProvider provider = new MemoryTransportProvider();

    assertThatThrownBy(() -> provider.open(URI.create(uri), time.environment(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(uri)
        .hasMessageContaining("memory:///");
  }

  @Test
  void senseless_options_are_refused() {
    assertThatThrownBy(() -> MemoryTransportConfig.builder().maxBytes(0).build())
        .isInstanceOf(InvalidOptionsException.class)
        .hasMessageContaining("maxBytes");
  }
}
