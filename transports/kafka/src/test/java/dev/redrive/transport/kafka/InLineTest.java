// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.Settled;
import dev.redrive.spi.Settlement;
import dev.redrive.spi.WireHeaders;
import dev.redrive.transport.kafka.Parked.Place;
import dev.redrive.transport.kafka.Parked.State;
import dev.redrive.transport.kafka.Question.Call;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.RetriableCommitFailedException;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Messages that come one after another, while answers are late, lost, or refusals. */
@Timeout(60)
class InLineTest {
  private final FakeParked parked = new FakeParked();
  private final QueueScene scene = QueueScene.inLine(OrderBy.PARTITION, parked);
  private final FakeCluster cluster = scene.cluster();

  InLineTest() {
    parked.of(cluster);
  }

  @AfterEach
  void close() {
    scene.close();
  }

  private void gives(int... partitions) {
    scene.member().gives(partitions);
    scene.rests();
  }

  private static ProducerRecord<byte[], byte[]> message(String id) {
    RecordHeaders headers = new RecordHeaders();
    Wire.put(headers, WireHeaders.ID, id);
    return new ProducerRecord<>(FakeCluster.TOPIC, 0, null, null, id.getBytes(UTF_8), headers);
  }

  private static ProducerRecord<byte[], byte[]> waiting(long place, String id) {
    return Parked.message(FakeParked.TOPIC, new Place(0, place), State.WAITING, message(id));
  }

  @Test
  void next_one_comes_when_the_commit_of_the_one_before_was_accepted() {
    gives(0);
    scene.send(0, "a", "b");
    cluster.hold(Call.COMMIT);
    CompletableFuture<List<Settled>> ack = scene.ack("a");
    Question commit = scene.asked(Call.COMMIT);
    scene.pass(Duration.ofMillis(10));
    assertThat(scene.handedOver()).containsExactly("a");

    commit.accept();
    assertThat(scene.answers(ack)).containsExactly(Settled.DONE);
    scene.until("the next one", () -> scene.handedOver().equals(List.of("a", "b")));
  }

  @Test
  void nobody_is_let_past_one_whose_commit_had_no_answer() {
    gives(0);
    scene.send(0, "a", "b");
    cluster.hold(Call.COMMIT);
    CompletableFuture<List<Settled>> ack = scene.ack("a");
    scene.asked(Call.COMMIT).lose(new RetriableCommitFailedException("no coordinator"));
    assertThat(scene.answers(ack)).containsExactly(Settled.UNKNOWN);
    scene.pass(Duration.ofMillis(500));
    assertThat(scene.handedOver()).containsExactly("a");

    scene.asked(Call.COMMIT).accept();
    scene.until("the next one", () -> scene.handedOver().equals(List.of("a", "b")));
  }

  @Test
  void what_was_refused_comes_again_before_the_next_one() {
    gives(0);
    scene.send(0, "a", "b");
    cluster.hold(Call.COMMIT);
    CompletableFuture<List<Settled>> ack = scene.ack("a");
    scene.asked(Call.COMMIT).refuse(new CommitFailedException());
    cluster.release(Call.COMMIT);

    assertThat(scene.answers(ack)).containsExactly(Settled.STALE);
    scene.until("a again", () -> scene.handedOver().equals(List.of("a", "a")));
  }

  @Test
  void one_that_is_retried_keeps_its_place_and_those_behind_it_are_parked() {
    gives(0);
    scene.send(0, "a", "b", "c");

    assertThat(scene.answers(scene.retry("a"))).containsExactly(Settled.DONE);
    scene.until("all to be parked", () -> parked.there(0).size() == 3);
    assertThat(scene.handedOver()).containsExactly("a");
    assertThat(cluster.asNextOwner(0).offset()).as("the log goes on").isEqualTo(3);
    scene.until("a again", () -> scene.handedOver().equals(List.of("a", "a")));
    assertThat(scene.message("a").attempt()).isEqualTo(2);
    assertThat(scene.answers(scene.ack("a"))).containsExactly(Settled.DONE);
    scene.until("b", () -> scene.handedOver().equals(List.of("a", "a", "b")));
    scene.answers(scene.ack("b"));
    scene.until("c", () -> scene.handedOver().size() == 4);
    scene.answers(scene.ack("c"));
    assertThat(parked.there(0)).isEmpty();
  }

  @Test
  void what_is_in_line_never_goes_by_the_ladder_and_what_is_not_does() {
    gives(0);
    scene.send(0, "in-line");
    assertThat(scene.answers(later(scene, "in-line"))).containsExactly(Settled.DONE);
    assertThat(cluster.copies()).containsExactly("in-line/1 " + FakeParked.TOPIC);

    try (QueueScene keyed = QueueScene.inLine(OrderBy.KEY, new FakeParked())) {
      keyed.member().gives(0);
      keyed.send(0, "keyless");
      assertThat(keyed.answers(later(keyed, "keyless"))).containsExactly(Settled.DONE);
      assertThat(keyed.cluster().copies()).containsExactly("keyless/1 redrive.hold.05");
    }
  }

  /** A retry in a minute. */
  private static CompletableFuture<List<Settled>> later(QueueScene scene, String id) {
    Instant dueAt = scene.time().instant().plus(Duration.ofMinutes(1));
    return scene.settle(new Settlement.Retry(scene.lease(id), dueAt, Map.of()));
  }

  @Test
  void retry_that_nobody_knows_of_is_read_anew() {
    gives(0);
    scene.send(0, "a", "b");
    cluster.hold(Call.END);
    CompletableFuture<List<Settled>> retry = scene.retry("a");
    scene.asked(Call.END).lose(new TimeoutException("late"));
    cluster.release(Call.END);

    assertThat(scene.answers(retry)).containsExactly(Settled.UNKNOWN);
    scene.until("a again", () -> scene.handedOver().equals(List.of("a", "a")));
    assertThat(scene.message("a").attempt()).as("it counts").isEqualTo(2);
    assertThat(parked.followedCount()).isEqualTo(2);
  }

  @Test
  void nothing_is_handed_over_before_it_is_known_what_is_parked() {
    parked.holdBack();
    parked.add(waiting(0, "a"));
    scene.send(0, "b");
    gives(0);
    scene.pass(Duration.ofSeconds(1));
    assertThat(scene.handedOver()).isEmpty();

    parked.tell(0);
    scene.until("what is parked", () -> !scene.handedOver().isEmpty());
  }

  @Test
  void what_was_told_of_a_partition_that_went_meanwhile_is_not_believed() {
    parked.holdBack();
    gives(0);
    Parking.Listener before = parked.listener(0);
    scene.member().revokes(0);
    scene.rests();
    gives(0);
    before.there(List.of());
    scene.send(0, "b");
    scene.pass(Duration.ofSeconds(1));
    assertThat(scene.handedOver()).isEmpty();

    parked.tell(0);
    scene.until("b", () -> scene.handedOver().equals(List.of("b")));
  }

  @Test
  void what_is_parked_waits_until_the_log_was_read_up_to_it() {
    // Another process had parked the third, and not come to the first two.
    parked.add(waiting(2, "c"));
    cluster.commitOf(
        0,
        progress -> {
          progress.take(0);
          progress.take(1);
          progress.take(2);
          progress.done(2);
        });
    cluster.send(0, "a", "b", "c");
    gives(0);

    scene.until("the first", () -> scene.handedOver().equals(List.of("a")));
    scene.answers(scene.ack("a"));
    scene.until("the second", () -> scene.handedOver().equals(List.of("a", "b")));
    scene.answers(scene.ack("b"));
    scene.until("the third", () -> scene.handedOver().equals(List.of("a", "b", "c")));
  }

  @Test
  void attempt_that_another_process_began_counts_as_cut_off() {
    parked.add(Parked.begun(FakeParked.TOPIC, new Place(0, 0), message("a"), 77));
    cluster.send(0, "a");
    cluster.commitOf(
        0,
        progress -> {
          progress.take(0);
          progress.done(0);
        });
    gives(0);

    scene.until("a", () -> scene.handedOver().equals(List.of("a")));
    assertThat(scene.message("a").attempt()).isEqualTo(2);
    assertThat(scene.message("a").crashes()).isOne();
  }

  @Test
  void begun_attempt_is_given_back_with_the_partition() {
    gives(0);
    scene.send(0, "a");
    scene.answers(scene.retry("a"));
    scene.until("a again", () -> scene.handedOver().size() == 2);
    scene.begun("a");
    assertThat(Parked.read(FakeCluster.TOPIC, parked.there(0).get(0)).orElseThrow().state())
        .isEqualTo(State.BEGUN);

    scene.member().revokes(0);
    scene.until(
        "it to be given back",
        () ->
            Parked.read(FakeCluster.TOPIC, parked.there(0).get(0)).orElseThrow().state()
                == State.WAITING);
  }

  @Test
  void dead_one_holds_up_the_others_until_it_is_replayed() {
    gives(0);
    scene.send(0, "a", "b");
    scene.answers(scene.kill("a"));
    scene.until("b to be parked", () -> parked.there(0).size() == 2);
    scene.pass(Duration.ofSeconds(1));
    assertThat(scene.handedOver()).containsExactly("a");

    parked.comes(Parked.message(FakeParked.TOPIC, new Place(0, 0), State.REPLAYED, message("a")));
    scene.until("a again", () -> scene.handedOver().equals(List.of("a", "a")));
    scene.answers(scene.ack("a"));
    scene.until("b", () -> scene.handedOver().equals(List.of("a", "a", "b")));
    scene.answers(scene.ack("b"));
  }

  @Test
  void one_that_was_purged_lets_the_next_one_come() {
    gives(0);
    scene.send(0, "a", "b");
    scene.answers(scene.kill("a"));
    parked.comes(Parked.mark(FakeParked.TOPIC, new Place(0, 0), State.PURGED, null));

    scene.until("b", () -> scene.handedOver().equals(List.of("a", "b")));
    scene.answers(scene.ack("b"));
  }

  @Test
  void replay_that_comes_before_the_death_is_known_is_done_after_it() {
    gives(0);
    scene.send(0, "a");
    cluster.hold(Call.END);
    CompletableFuture<List<Settled>> death = scene.kill("a");
    Question commit = scene.asked(Call.END);
    parked.comes(Parked.message(FakeParked.TOPIC, new Place(0, 0), State.REPLAYED, message("a")));
    scene.rests();
    cluster.release(Call.END);
    commit.accept();

    assertThat(scene.answers(death)).containsExactly(Settled.DONE);
    scene.until("a again", () -> scene.handedOver().equals(List.of("a", "a")));
  }

  @Test
  void attempt_that_cannot_be_written_down_does_not_begin_and_stays_leased() {
    gives(0);
    scene.send(0, "a", "b");
    scene.answers(scene.retry("a"));
    scene.until("a again", () -> scene.handedOver().equals(List.of("a", "a")));
    cluster.refuse(record -> Wire.text(record.headers(), Wire.PARKED).equals("BEGUN"));
    assertThat(scene.answers(scene.begin("a"))).containsExactly(Settled.UNKNOWN);

    scene.pass(Duration.ofSeconds(5));
    assertThat(scene.handedOver()).containsExactly("a", "a");
    assertThat(scene.answers(scene.ack("a"))).containsExactly(Settled.DONE);
    scene.until("b", () -> scene.handedOver().equals(List.of("a", "a", "b")));
    scene.pass(QueueScene.LEASE.minusMinutes(1));
    assertThat(scene.handedOver()).as("nothing is left of its lease").hasSize(3);
  }

  @Test
  void replay_that_cannot_be_stored_is_tried_again() {
    gives(0);
    scene.send(0, "a");
    scene.answers(scene.kill("a"));
    cluster.refuse(record -> record.topic().equals(FakeParked.TOPIC));
    parked.comes(Parked.message(FakeParked.TOPIC, new Place(0, 0), State.REPLAYED, message("a")));
    scene.pass(Duration.ofSeconds(5));
    assertThat(scene.handedOver()).containsExactly("a");
    assertThat(parked.followedCount()).as("its partition is not begun anew").isOne();

    cluster.refuse(record -> false);
    scene.until("a again", () -> scene.handedOver().equals(List.of("a", "a")));
    assertThat(parked.takenCount()).isOne();
  }

  @Test
  void each_copy_is_fenced_by_a_commit_of_its_partition() {
    gives(0);
    scene.send(0, "a");
    scene.answers(scene.retry("a"));
    scene.until("a again", () -> scene.handedOver().size() == 2);
    scene.pass(Duration.ofSeconds(2));
    cluster.hold(Call.JOIN);
    CompletableFuture<List<Settled>> retry = scene.retry("a");
    scene.asked(Call.JOIN).refuse(new CommitFailedException());
    cluster.release(Call.JOIN);

    assertThat(scene.answers(retry)).containsExactly(Settled.STALE);
  }
}
