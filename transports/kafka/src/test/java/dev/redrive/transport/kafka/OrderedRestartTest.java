// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.Settled;
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
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is parked is kept over a restart in good order. */
class OrderedRestartTest {
  private static final Duration BOUND = Duration.ofMinutes(1);
  private static final String QUEUE = "parked-orders";

  private final RealTime time = new RealTime(21);
  private final BlockingQueue<InMessage> inbox = new LinkedBlockingQueue<>();

  @AfterEach
  void close() {
    time.close();
  }

  private KafkaTransport open() {
    KafkaTransport transport =
        KafkaTransport.open(
            KafkaTransportConfig.builder()
                .servers(List.of(KafkaServer.shared().bootstrap()))
                .prefix("parked")
                .partitions(1)
                .requestTime(Duration.ofSeconds(5))
                .transactionTime(Duration.ofSeconds(3))
                .graceTime(Duration.ofMillis(100))
                .build(),
            time.environment());
    await(transport.provision(new QueueSpec(QUEUE, true, OptionalLong.empty(), Duration.ZERO)));
    return transport;
  }

  private static <T> T await(CompletionStage<T> stage) {
    return stage.toCompletableFuture().join();
  }

  private Instant now() {
    return time.environment().clock().instant();
  }

  private OutMessage message(String id, String key) {
    return new OutMessage(id, false, key, now(), Map.of(), id.getBytes(UTF_8));
  }

  private Subscription subscribe(KafkaTransport transport, int credit) {
    inbox.clear();
    Subscription subscription =
        transport.subscribe(QUEUE, new SubscribeOptions(BOUND), inbox::addAll);
    subscription.request(credit);
    return subscription;
  }

  private InMessage next() {
    Poll.until("a message", BOUND, () -> !inbox.isEmpty());
    return inbox.remove();
  }

  @Test
  void attempt_that_was_given_back_does_not_count() {
    try (KafkaTransport transport = open()) {
      List<OutMessage> batch = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        batch.add(message("k" + i, "k"));
      }
      batch.add(message("other", "l"));
      assertThat(await(transport.publish(QUEUE, batch)))
          .containsOnly(PublishResult.Accepted.INSTANCE);
      Subscription subscription = subscribe(transport, 3);
      InMessage first = next();
      assertThat(next().id()).as("is not held up by 300 of another key").isEqualTo("other");
      assertThat(
              await(
                  subscription.settle(
                      List.of(new Settlement.Retry(first.lease(), now(), Map.of())))))
          .containsExactly(Settled.DONE);
      InMessage again = next();
      assertThat(again.id()).isEqualTo("k0");
      assertThat(again.attempt()).isEqualTo(2);
      assertThat(await(subscription.begin(List.of(again.lease())))).containsExactly(Settled.DONE);
      Poll.until(
          "all of the key but the first to be parked",
          BOUND,
          () -> await(transport.stats(QUEUE)).waiting() >= 299);
    }
    try (KafkaTransport transport = open()) {
      subscribe(transport, 3);
      List<InMessage> both = List.of(next(), next());

      assertThat(both).extracting(InMessage::id).containsExactlyInAnyOrder("k0", "other");
      InMessage first = both.stream().filter(each -> each.id().equals("k0")).findFirst().get();
      assertThat(first.attempt()).isEqualTo(2);
      assertThat(first.crashes()).isZero();
    }
  }
}
