// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.TransportException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** Batches form by themselves, and none fails for another's sake. */
class LaneTest {
  private final List<List<String>> sent = new ArrayList<>();
  private final List<CompletableFuture<List<String>>> answers = new ArrayList<>();
  private final Lane<String, String> lane = new Lane<>(this::send, String::length);

  private CompletionStage<List<String>> send(List<String> batch) {
    sent.add(batch);
    answers.add(new CompletableFuture<>());
    return answers.get(answers.size() - 1);
  }

  private void answer() {
    int last = answers.size() - 1;
    answers.get(last).complete(sent.get(last).stream().map(item -> item + "!").toList());
  }

  private void refuse() {
    answers
        .get(answers.size() - 1)
        .completeExceptionally(new StatementException("no", new SQLException("no", "22000")));
  }

  private static List<String> join(CompletionStage<List<String>> stage) {
    return stage.toCompletableFuture().join();
  }

  @Test
  void what_gathers_while_a_batch_is_on_its_way_is_the_next_one() {
    CompletionStage<List<String>> first = lane.submit(List.of("a"));
    CompletionStage<List<String>> second = lane.submit(List.of("b", "c"));
    CompletionStage<List<String>> third = lane.submit(List.of("d"));
    assertThat(sent).containsExactly(List.of("a"));

    answer();
    assertThat(sent).containsExactly(List.of("a"), List.of("b", "c", "d"));
    answer();

    assertThat(join(first)).containsExactly("a!");
    assertThat(join(second)).containsExactly("b!", "c!");
    assertThat(join(third)).containsExactly("d!");
    assertThat(lane.atRest().toCompletableFuture()).isCompleted();
  }

  @Test
  void batch_is_bounded_in_number_and_in_bytes() {
    lane.submit(List.of("first"));
    lane.submit(Collections.nCopies(2_500, "m"));
    answer();
    assertThat(sent.get(1)).hasSize(1_000);
    answer();
    answer();
    assertThat(sent.get(3)).hasSize(500);
    lane.submit(Collections.nCopies(5, "x".repeat(1 << 20)));
    answer();

    assertThat(sent.get(4)).hasSize(4);
  }

  @Test
  void one_that_is_not_taken_fails_none_that_is_with_it() {
    lane.submit(List.of("first"));
    CompletionStage<List<String>> good = lane.submit(List.of("good"));
    CompletionStage<List<String>> bad = lane.submit(List.of("bad"));
    CompletionStage<List<String>> other = lane.submit(List.of("other"));
    answer();

    refuse();
    assertThat(sent.get(2)).containsExactly("good");
    answer();
    assertThat(sent.get(3)).containsExactly("bad");
    refuse();
    answer();

    assertThat(join(good)).containsExactly("good!");
    assertThat(join(other)).containsExactly("other!");
    assertThat(bad.toCompletableFuture()).isCompletedExceptionally();
  }

  @Test
  void lost_connection_fails_the_whole_batch_and_none_behind_it() {
    CompletionStage<List<String>> first = lane.submit(List.of("a", "b"));
    CompletionStage<List<String>> second = lane.submit(List.of("c"));

    answers.get(0).completeExceptionally(new TransportException("gone"));
    answer();

    assertThat(first.toCompletableFuture()).isCompletedExceptionally();
    assertThat(join(second)).containsExactly("c!");
  }

  @Test
  void sender_that_throws_fails_what_it_was_given() {
    Lane<String, String> broken =
        new Lane<>(
            batch -> {
              throw new OutOfMemoryError("none left");
            },
            String::length);

    assertThat(broken.submit(List.of("a")).toCompletableFuture()).isCompletedExceptionally();
    assertThat(broken.submit(List.of("b")).toCompletableFuture()).isCompletedExceptionally();
  }
}
