// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.Settled;
import dev.redrive.spi.Settlement;
import dev.redrive.spi.WireHeaders;
import dev.redrive.transport.kafka.Question.Call;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Copies that the cluster does not take, among others that it takes. */
@Timeout(60)
class RefusedCopiesTest {
  private static final int COUNT = 24;

  private final QueueScene scene = new QueueScene(0);
  private final FakeCluster cluster = scene.cluster();

  @AfterEach
  void close() {
    scene.close();
  }

  private static String id(int i) {
    return "m" + i;
  }

  private Settlement retry(int i) {
    return new Settlement.Retry(
        scene.lease(id(i)), scene.time().instant().plus(Duration.ofMinutes(1)), Map.of());
  }

  private CompletableFuture<List<Settled>> retryAll() {
    scene.send(0, IntStream.range(0, COUNT).mapToObj(RefusedCopiesTest::id).toArray(String[]::new));
    List<Settlement> batch = new ArrayList<>();
    IntStream.range(0, COUNT).forEach(i -> batch.add(retry(i)));
    return scene.settle(batch.toArray(Settlement[]::new));
  }

  private List<String> deadLetters() {
    return cluster.copies().stream()
        .filter(each -> each.endsWith(".dead"))
        .map(each -> each.substring(0, each.indexOf('/')))
        .toList();
  }

  @Test
  void messages_that_are_too_large_die_and_take_no_others_with_them() {
    Set<String> tooLarge = Set.of(id(3), id(4), id(11), id(17), id(23));
    cluster.refuse(
        record ->
            tooLarge.contains(Wire.text(record.headers(), WireHeaders.ID))
                && !record.topic().endsWith(".dead"));

    CompletableFuture<List<Settled>> retries = retryAll();

    assertThat(scene.answers(retries)).isEqualTo(Collections.nCopies(COUNT, Settled.DONE));
    assertThat(deadLetters()).containsExactlyInAnyOrderElementsOf(tooLarge);
    assertThat(cluster.copies()).hasSize(COUNT);
    assertThat(scene.handedOver()).as("nothing comes again").hasSize(COUNT);
  }

  @Test
  void message_that_cannot_even_die_comes_again_and_takes_no_others_with_it() {
    cluster.refuse(record -> id(5).equals(Wire.text(record.headers(), WireHeaders.ID)));

    List<Settled> answers = scene.answers(retryAll());

    assertThat(answers).hasSize(COUNT);
    for (int i = 0; i < COUNT; i++) {
      assertThat(answers.get(i)).as(id(i)).isEqualTo(i == 5 ? Settled.UNKNOWN : Settled.DONE);
    }
    assertThat(cluster.isDone(0, 5)).isFalse();
    scene.until("it to come again", () -> scene.handedOver().size() == COUNT + 1);
    assertThat(scene.message(id(5)).attempt()).isOne();
  }

  @Test
  void cluster_that_stores_nothing_for_a_while_costs_nothing() {
    cluster.hold(Call.STORE);
    CompletableFuture<List<Settled>> retries = retryAll();
    scene.asked(Call.STORE).refuse(new TimeoutException("no leader"));
    scene.asked(Call.STORE).refuse(new TimeoutException("no leader"));
    Question last = scene.asked(Call.STORE);
    cluster.release(Call.STORE);
    last.refuse(new TimeoutException("no leader"));

    assertThat(scene.answers(retries)).isEqualTo(Collections.nCopies(COUNT, Settled.DONE));
    assertThat(cluster.copies()).hasSize(COUNT);
  }

  @Test
  void message_that_cannot_be_copied_does_not_hold_up_acknowledgements() {
    cluster.refuse(record -> true);
    scene.send(0, "a", "b");
    CompletableFuture<List<Settled>> retry = scene.retry("a");

    assertThat(scene.answers(scene.ack("b"))).containsExactly(Settled.DONE);
    assertThat(scene.answers(retry)).containsExactly(Settled.UNKNOWN);
  }
}
