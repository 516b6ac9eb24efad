// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.spi.Capabilities;
import dev.redrive.spi.Capability;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Batches to a transport that takes several at a time. */
class BatcherPipelineTest {
  private static final int ITEMS = 50;

  private final List<List<Integer>> batches = new ArrayList<>();
  private final List<CompletableFuture<List<Integer>>> answers = new ArrayList<>();
  private final List<Integer> told = new ArrayList<>();
  private final Batcher<Integer, Integer> batcher =
      Batcher.to(capabilities(), 100, Runnable::run, this::later);

  private static Capabilities capabilities() {
    return new Capabilities(
        Capabilities.Durability.PROCESS,
        Capabilities.Move.ATOMIC,
        Capabilities.Move.ATOMIC,
        Duration.ZERO,
        Duration.ofDays(1),
        Duration.ofMillis(1),
        Set.of(Capability.PIPELINED_BATCHES));
  }

  private CompletionStage<List<Integer>> later(List<Integer> batch) {
    batches.add(List.copyOf(batch));
    CompletableFuture<List<Integer>> answer = new CompletableFuture<>();
    answers.add(answer);
    return answer;
  }

  private void add(int item) {
    add(batcher, item);
  }

  private void add(Batcher<Integer, Integer> to, int item) {
    to.add(
        item,
        new Batcher.Callback<>() {
          @Override
          public void done(Integer result) {
            told.add(result);
          }

          @Override
          public void failed(Throwable cause) {
            throw new AssertionError(cause);
          }
        });
  }

  private void answer(int batch) {
    answers.get(batch).complete(batches.get(batch));
  }

  @Test
  void several_are_on_their_way_in_order_and_what_gathers_beyond_them_is_the_next_one() {
    IntStream.range(0, ITEMS).forEach(this::add);
    int atATime = batches.size();
    assertThat(atATime).isBetween(2, ITEMS - 2);
    assertThat(batches.stream().flatMap(List::stream))
        .containsExactlyElementsOf(IntStream.range(0, atATime).boxed().toList());

    answer(1);

    assertThat(told).containsExactly(1);
    assertThat(batches).hasSize(atATime + 1);
    assertThat(batches).last().isEqualTo(IntStream.range(atATime, ITEMS).boxed().toList());
  }

  @Test
  void a_transport_that_gathers_by_itself_gets_at_once_what_a_worker_may_have_in_hand() {
    Batcher<Integer, Integer> gathered =
        Batcher.gathered(capabilities(), 100, Runnable::run, this::later);

    IntStream.range(0, ITEMS).forEach(item -> add(gathered, item));

    assertThat(batches).hasSize(ITEMS);
  }

  @Test
  void every_item_is_told_once_whatever_the_order_of_the_answers() {
    IntStream.range(0, ITEMS).forEach(this::add);

    for (int i = answers.size() - 1; i >= 0; i--) {
      answer(i);
    }
    answer(answers.size() - 1);

    assertThat(told)
        .containsExactlyInAnyOrderElementsOf(IntStream.range(0, ITEMS).boxed().toList());
  }
}
