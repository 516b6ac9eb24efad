// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import static dev.redrive.transport.kafka.DeadScene.ALL;
import static dev.redrive.transport.kafka.DeadScene.BOUND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redrive.TransportException;
import dev.redrive.testkit.Poll;
import dev.redrive.testkit.servers.FaultProxy.Direction;
import dev.redrive.testkit.servers.KafkaServer;
import dev.redrive.testkit.servers.KafkaWay;
import dev.redrive.transport.kafka.DeadScene.Clerk;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** That a letter is moved once, whatever happens meanwhile, and that what is answered is true. */
@Timeout(180)
class MovingTest {
  private static List<String> names(int count) {
    return IntStream.range(0, count).mapToObj(i -> "m" + i).toList();
  }

  @Test
  @DisplayName("T-56 two processes that replay at once replay each letter once, and count it once")
  void two_processes_replay_each_letter_once() {
    try (DeadScene scene = new DeadScene("two")) {
      scene.killMany(0, 2_000);
      List<CompletableFuture<Integer>> both = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        Clerk clerk = scene.clerk();
        both.add(CompletableFuture.supplyAsync(() -> replayAll(clerk)));
      }
      int sum = both.stream().mapToInt(DeadScene::await).sum();

      assertThat(sum).isEqualTo(2_000);
      assertThat(scene.replayed()).containsExactlyInAnyOrderElementsOf(names(2_000));
      assertThat(scene.clerk().count()).isZero();
    }
  }

  private static int replayAll(Clerk clerk) {
    int sum = 0;
    for (int count = 1; count > 0; sum += count) {
      count = clerk.replay(300);
    }
    return sum;
  }

  @ParameterizedTest(name = "T-57 a process cut off after {0} leaves each letter in one place")
  @ValueSource(ints = {0, 1, 700, 1_500})
  void a_process_that_is_cut_off_leaves_each_letter_in_one_place(int count) {
    KafkaWay way = KafkaServer.shared().way();
    try (DeadScene scene = new DeadScene("cut")) {
      scene.killMany(0, 2_000);
      Clerk doomed = scene.clerk(way.bootstrap(), LetterMemory.BYTES_MAX);
      Clerk next = scene.clerk();
      assertThat(doomed.count()).isEqualTo(2_000);
      CompletableFuture<Integer> answer = doomed.letters().replay(ALL, 2_000).toCompletableFuture();
      Poll.until("some are replayed", BOUND, () -> scene.replayed().size() >= count);
      way.close();

      int rest = replayAll(next);

      assertThat(scene.replayed()).containsExactlyInAnyOrderElementsOf(names(2_000));
      assertThat(scene.clerk().count()).isZero();
      assertThat(rest).isLessThanOrEqualTo(2_000 - count);
      if (answer.isDone() && !answer.isCompletedExceptionally()) {
        assertThat(answer.join() + rest).isEqualTo(2_000);
      }
    }
  }

  @Test
  void connections_that_break_now_and_then_change_nothing() {
    try (DeadScene scene = new DeadScene("breaking");
        KafkaWay way = KafkaServer.shared().way()) {
      Clerk clerk = scene.clerk(way.bootstrap(), LetterMemory.BYTES_MAX);
      int sent = 0;
      for (int bytes = 0; bytes < 3_000; bytes += 200) {
        scene.killMany(sent, sent + 20);
        sent += 20;
        way.resetAfter(Direction.TO_SERVER, bytes * 3L);
        way.resetAfter(Direction.TO_CLIENT, bytes);

        assertThat(clerk.replay(100)).as("reset after %d", bytes).isEqualTo(20);
      }
      assertThat(scene.replayed()).containsExactlyInAnyOrderElementsOf(names(sent));
    }
  }

  @Test
  void whoever_moves_waits_until_it_is_known_what_others_moved() {
    try (DeadScene scene = new DeadScene("open");
        LetterMover first =
            mover(scene, scene.reading(Duration.ofMillis(500)), Producer::commitTransaction)) {
      scene.kill("a", "b");
      assertThat(first.replay(ALL, 1)).isEqualTo(1);

      // Of a process that stands still, or has died: what comes after it cannot be read.
      scene.leaveOpen("never");
      assertThat(first.replay(ALL, 1)).isEqualTo(1);
      assertThat(first.replay(ALL, 1)).as("it knows what it did").isZero();

      assertThat(scene.clerk().replay(10)).as("another knows as well").isZero();
      assertThat(scene.replayed()).containsExactly("a", "b");
    }
  }

  @Test
  void whoever_cannot_know_what_others_moved_moves_nothing() {
    try (DeadScene scene = new DeadScene("unknown")) {
      scene.kill("a");
      scene.leaveOpen("never");
      LetterReading reading = scene.reading(Duration.ofMillis(500));
      try (LetterMover mover = mover(scene, reading, Producer::commitTransaction)) {
        assertThatThrownBy(() -> mover.replay(ALL, 10))
            .isInstanceOf(TransportException.class)
            .hasMessageContaining("a transaction of another process");
        assertThat(scene.replayed()).isEmpty();
      }
    }
  }

  /** What a producer does in place of committing. */
  private interface Commit {
    void by(Producer<byte[], byte[]> producer);
  }

  /** A mover whose first commit goes otherwise. */
  private static LetterMover mover(DeadScene scene, Commit first) {
    return mover(scene, scene.reading(BOUND), first);
  }

  private static LetterMover mover(DeadScene scene, LetterReading reading, Commit first) {
    AtomicInteger commits = new AtomicInteger();
    Clients clients = scene.clients();
    return new LetterMover(
        new Returns(scene.queue(), scene.dead(), scene.names().parked(scene.queue())),
        () -> {
          KafkaProducer<byte[], byte[]> real =
              clients.producer(scene.names().deadTransactions(scene.queue()));
          return otherwise(real, () -> commits.getAndIncrement() == 0, first);
        },
        scene.time().environment(),
        reading,
        () -> false);
  }

  @SuppressWarnings("unchecked")
  private static Producer<byte[], byte[]> otherwise(
      Producer<byte[], byte[]> real, BooleanSupplier isOtherwise, Commit commit) {
    return (Producer<byte[], byte[]>)
        Proxy.newProxyInstance(
            MovingTest.class.getClassLoader(),
            new Class<?>[] {Producer.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("commitTransaction") && isOtherwise.getAsBoolean()) {
                commit.by(real);
                return null;
              }
              try {
                return method.invoke(real, arguments);
              } catch (InvocationTargetException failure) {
                throw failure.getCause();
              }
            });
  }

  @Test
  void a_commit_whose_answer_is_lost_counts() {
    try (DeadScene scene = new DeadScene("unanswered");
        LetterMover mover =
            mover(
                scene,
                producer -> {
                  producer.commitTransaction();
                  throw new TimeoutException("the answer is lost");
                })) {
      scene.killMany(0, 20);

      assertThat(mover.replay(ALL, 100)).isEqualTo(20);
      assertThat(scene.replayed()).containsExactlyInAnyOrderElementsOf(names(20));
    }
  }

  @Test
  void a_commit_that_did_not_arrive_is_made_again() {
    try (DeadScene scene = new DeadScene("not-arrived");
        LetterMover mover =
            mover(
                scene,
                producer -> {
                  throw new TimeoutException("the commit is lost");
                })) {
      scene.killMany(0, 20);

      assertThat(mover.replay(ALL, 100)).isEqualTo(20);
      assertThat(scene.replayed()).containsExactlyInAnyOrderElementsOf(names(20));
    }
  }

  @Test
  void a_commit_that_was_done_before_it_was_fenced_counts() {
    try (DeadScene scene = new DeadScene("fenced");
        LetterMover mover =
            mover(
                scene,
                producer -> {
                  producer.commitTransaction();
                  throw new ProducerFencedException("somebody else came when it was asked again");
                })) {
      scene.killMany(0, 20);

      assertThat(mover.purge(ALL, 100, scene.purged()::addAndGet)).isEqualTo(20);
      assertThat(scene.purged()).hasValue(20);
      assertThat(scene.clerk().count()).isZero();
    }
  }

  @Test
  void what_another_moved_meanwhile_is_not_counted() {
    try (DeadScene scene = new DeadScene("another");
        LetterMover mover =
            mover(
                scene,
                producer -> {
                  assertThat(scene.clerk().replay(15)).isEqualTo(15);
                  producer.commitTransaction();
                })) {
      scene.killMany(0, 20);

      assertThat(mover.replay(ALL, 100)).isEqualTo(5);
      assertThat(scene.replayed()).containsExactlyInAnyOrderElementsOf(names(20));
    }
  }

  @Test
  void what_the_queue_does_not_take_stays_dead_and_holds_up_nobody_who_reads() {
    try (DeadScene scene = new DeadScene("too-large")) {
      scene.set(scene.queue(), "max.message.bytes", "2000");
      Clerk clerk = scene.clerk();
      scene.kill("m");
      scene.sendLarge("large", 10_000);

      assertThatThrownBy(() -> clerk.replay(10))
          .isInstanceOf(TransportException.class)
          .hasMessageContaining("RecordTooLarge");
      Poll.until("the transaction to be ended", Duration.ofSeconds(10), () -> !scene.isHeldUp());
      assertThat(clerk.ids()).containsExactly("m", "large");
      assertThat(clerk.replay(1)).isEqualTo(1);
      assertThat(scene.replayed()).containsExactly("m");
    }
  }
}
