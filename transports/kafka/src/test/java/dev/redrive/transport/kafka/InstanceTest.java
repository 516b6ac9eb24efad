// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redrive.Settled;
import dev.redrive.UnsupportedCapabilityException;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.OutMessage;
import dev.redrive.spi.PublishResult;
import dev.redrive.spi.QueueSpec;
import dev.redrive.spi.Settlement;
import dev.redrive.spi.SubscribeOptions;
import dev.redrive.spi.Subscription;
import dev.redrive.testkit.Poll;
import dev.redrive.testkit.RealTime;
import dev.redrive.testkit.servers.KafkaServer;
import dev.redrive.transport.kafka.KafkaTransportConfig.GroupProtocol;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A process with a name of its own. */
class InstanceTest {
  private static final Duration BOUND = Duration.ofSeconds(60);

  private final RealTime time = new RealTime(11);

  @AfterEach
  void close() {
    time.close();
  }

  private KafkaTransport open(KafkaTransportConfig.Builder config) {
    return KafkaTransport.open(
        config
            .servers(List.of(KafkaServer.shared().bootstrap()))
            .prefix("instance")
            .instance("one")
            .requestTime(Duration.ofSeconds(5))
            .transactionTime(Duration.ofSeconds(3))
            .sessionTime(Duration.ofSeconds(30))
            .build(),
        time.environment());
  }

  private static QueueSpec queue(String name) {
    return new QueueSpec(name, false, OptionalLong.empty(), Duration.ZERO);
  }

  private static <T> T await(CompletionStage<T> stage) {
    return stage.toCompletableFuture().join();
  }

  private void send(KafkaTransport transport, String queue, String id) {
    OutMessage message =
        new OutMessage(
            id, false, "", time.environment().clock().instant(), Map.of(), id.getBytes(UTF_8));
    assertThat(await(transport.publish(queue, List.of(message))))
        .containsExactly(PublishResult.Accepted.INSTANCE);
  }

  private void takes(KafkaTransport transport, String queue, String id) {
    BlockingQueue<InMessage> inbox = new LinkedBlockingQueue<>();
    Subscription subscription =
        transport.subscribe(queue, new SubscribeOptions(Duration.ofMinutes(1)), inbox::addAll);
    subscription.request(1);
    Poll.until("a message", BOUND, () -> !inbox.isEmpty());
    InMessage message = inbox.remove();
    assertThat(message.id()).isEqualTo(id);
    assertThat(await(subscription.settle(List.of(new Settlement.Ack(message.lease())))))
        .containsExactly(Settled.DONE);
  }

  @ParameterizedTest
  @EnumSource(
      value = GroupProtocol.class,
      names = {"CLASSIC", "CONSUMER"})
  void goes_on_where_it_was_after_a_restart(GroupProtocol protocol) {
    String queue = "named-" + protocol;
    try (KafkaTransport transport = open(KafkaTransportConfig.builder().groupProtocol(protocol))) {
      await(transport.provision(queue(queue)));
      send(transport, queue, "before");
      takes(transport, queue, "before");
    }
    try (KafkaTransport transport = open(KafkaTransportConfig.builder().groupProtocol(protocol))) {
      await(transport.provision(queue(queue)));
      send(transport, queue, "after");
      takes(transport, queue, "after");
    }
  }

  @Test
  void cannot_be_two_members_of_one_group() {
    try (KafkaTransport transport = open(KafkaTransportConfig.builder().group("shared"))) {
      await(transport.provision(queue("named-first")));

      assertThatThrownBy(() -> await(transport.provision(queue("named-second"))))
          .hasCauseInstanceOf(UnsupportedCapabilityException.class)
          .hasMessageContaining("leave one of them out");
    }
  }
}
