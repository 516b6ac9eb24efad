// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import static dev.redrive.transport.kafka.DeadScene.ALL;
import static dev.redrive.transport.kafka.DeadScene.BOUND;
import static dev.redrive.transport.kafka.DeadScene.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.spi.Environment;
import dev.redrive.testkit.Poll;
import dev.redrive.testkit.VirtualTime;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What is kept while nobody looks. */
class IdleTest {

  private static boolean hasProducer(DeadScene scene) {
    String name = "producer-" + scene.names().deadTransactions(scene.queue());
    return Thread.getAllStackTraces().keySet().stream()
        .anyMatch(thread -> thread.getName().endsWith(name));
  }

  private static void pass(VirtualTime time, Duration by) {
    Poll.until("the timer to be set", BOUND, () -> time.pending() == 1);
    time.advance(by);
  }

  @Test
  void what_nobody_uses_goes_and_comes_back() {
    VirtualTime time = new VirtualTime();
    LetterMemory memory = new LetterMemory(LetterMemory.BYTES_MAX);
    try (DeadScene scene = new DeadScene("idle")) {
      Environment real = scene.time().environment();
      Environment idle =
          new Environment(real.clock(), time, real.random(), real.executor(), real.threads());
      try (DeadTopic topic =
          new DeadTopics(scene.names(), scene.clients(), scene.admin(), idle, memory)
              .of(scene.queue(), count -> {})) {
        scene.kill("a", "b", "c");
        assertThat(await(topic.letters().replay(ALL, 1))).isEqualTo(1);
        assertThat(hasProducer(scene)).isTrue();
        assertThat(memory.take(LetterMemory.BYTES_MAX)).as("there is an index").isFalse();

        pass(time, Duration.ofSeconds(10));
        Poll.until("the clients to go", BOUND, () -> !hasProducer(scene));
        assertThat(memory.take(LetterMemory.BYTES_MAX)).as("the index is kept").isFalse();
        assertThat(await(topic.letters().replay(ALL, 1))).isEqualTo(1);
        pass(time, Duration.ofSeconds(10));
        Poll.until("the clients to go", BOUND, () -> !hasProducer(scene));
        pass(time, Duration.ofMinutes(5));
        Poll.until("the index to go", BOUND, () -> memory.take(LetterMemory.BYTES_MAX));
        memory.giveBack(LetterMemory.BYTES_MAX);

        assertThat(await(topic.letters().count(ALL))).isEqualTo(1);
      }
      assertThat(memory.take(LetterMemory.BYTES_MAX)).as("nothing is left").isTrue();
      assertThat(scene.replayed()).containsExactly("a", "b");
    }
  }
}
