// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.spi.InMessage;
import dev.redrive.spi.OutMessage;
import dev.redrive.spi.QueueSpec;
import dev.redrive.spi.Settlement;
import dev.redrive.testkit.VirtualTime;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SweeperTest {
  private static final QueueSpec ORDERED =
      new QueueSpec("lines", true, OptionalLong.empty(), Duration.ofHours(1));

  private final VirtualTime time = new VirtualTime();
  private final BlockingQueue<InMessage> arrived = new LinkedBlockingQueue<>();
  @TempDir private Path folder;

  @Test
  void keeps_what_came_into_a_line_while_the_store_was_searched() throws InterruptedException {
    try (RealThreads threads = new RealThreads();
        Works works =
            Works.open(
                EmbeddedTransportConfig.builder(folder).build(),
                threads.environment(time),
                data -> () -> Long.MAX_VALUE)) {
      join(works.provision(ORDERED));
      OpenQueue queue = works.queue("lines");
      EmbeddedSubscription subscription = queue.subscribe(Duration.ofMinutes(10), arrived::addAll);
      Place searched = queue.sweeper().firstToKeep();

      join(queue.publisher().publish(List.of(message("head"), message("waits"))));
      subscription.request(2);
      InMessage head = arrived.poll(30, TimeUnit.SECONDS);
      assertThat(head).extracting(InMessage::id).isEqualTo("head");
      Place first = ((EmbeddedLease) head.lease()).place();
      join(
          subscription.settle(
              List.of(
                  new Settlement.Retry(head.lease(), time.instant().plusSeconds(600), Map.of()))));
      queue.sweeper().sweep(Optional.of(searched));
      // What is written after the sweep says that the sweep is over.
      join(queue.publisher().publish(List.of(message("last"))));

      assertThat(queue.state().low()).isLessThanOrEqualTo(first);
    }
  }

  private OutMessage message(String id) {
    return new OutMessage(id, true, "key", time.instant(), Map.of(), new byte[0]);
  }

  private <T> T join(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join();
  }
}
