// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.DeadLetterFilter;
import dev.redrive.spi.QueueSpec;
import dev.redrive.testkit.servers.RabbitServer;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Another process reads the dead letters of many queues. */
class ReadingTurnTest {
  private static final int QUEUES = 18;

  @Test
  void who_waits_for_another_process_holds_up_no_other_call() throws Exception {
    List<String> queues = IntStream.range(0, QUEUES).mapToObj(i -> "turn-" + i).toList();
    try (RabbitScene scene = new RabbitScene(RabbitServer.shared())) {
      scene.provision("turn-other");
      queues.stream()
          .map(
              queue ->
                  scene
                      .transport()
                      .provision(new QueueSpec(queue, false, OptionalLong.empty(), Duration.ZERO))
                      .toCompletableFuture())
          .toList()
          .forEach(provisioned -> assertThat(provisioned).succeedsWithin(RabbitScene.BOUND));
      Names names = new Names("contract");
      for (String queue : queues) {
        scene.channel().queueDeclare(names.reading(queue), false, true, true, null);
      }

      List<CompletableFuture<Long>> counts =
          queues.stream()
              .map(
                  queue ->
                      scene
                          .transport()
                          .deadLetters(queue)
                          .count(DeadLetterFilter.all())
                          .toCompletableFuture())
              .toList();

      assertThat(scene.transport().stats("turn-other").toCompletableFuture())
          .succeedsWithin(Duration.ofSeconds(20));
      assertThat(counts).noneMatch(CompletableFuture::isDone);
      for (String queue : queues) {
        scene.channel().queueDelete(names.reading(queue));
      }
      counts.forEach(count -> assertThat(count).succeedsWithin(RabbitScene.BOUND).isEqualTo(0L));
    }
  }
}
