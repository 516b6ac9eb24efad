// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.testkit.Poll;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BatcherTest {
  private static final Executor HERE = Runnable::run;

  private final List<List<Integer>> batches = Collections.synchronizedList(new ArrayList<>());
  private final List<CompletableFuture<List<String>>> answers = new ArrayList<>();
  private final Told told = new Told();

  /** Keeps what it is told. */
  private static final class Told implements Batcher.Callback<String> {
    private final List<String> results = Collections.synchronizedList(new ArrayList<>());
    private final List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());

    @Override
    public void done(String result) {
      results.add(result);
    }

    @Override
    public void failed(Throwable cause) {
      failures.add(cause);
    }
  }

  private CompletionStage<List<String>> later(List<Integer> batch) {
    batches.add(List.copyOf(batch));
    CompletableFuture<List<String>> answer = new CompletableFuture<>();
    answers.add(answer);
    return answer;
  }

  private CompletionStage<List<String>> atOnce(List<Integer> batch) {
    batches.add(List.copyOf(batch));
    return CompletableFuture.completedFuture(results(batch));
  }

  private static List<String> results(List<Integer> batch) {
    return batch.stream().map(Object::toString).toList();
  }

  private void answer(int batch) {
    answers.get(batch).complete(results(batches.get(batch)));
  }

  @Test
  void what_gathers_while_a_batch_is_on_its_way_is_the_next_one() {
    Batcher<Integer, String> batcher = new Batcher<>(100, HERE, this::later);
    batcher.add(1, told);
    batcher.add(2, told);
    batcher.add(3, told);
    assertThat(batches).containsExactly(List.of(1));

    answer(0);

    assertThat(batches).containsExactly(List.of(1), List.of(2, 3));
    assertThat(told.results).containsExactly("1");
    answer(1);
    assertThat(told.results).containsExactly("1", "2", "3");
    batcher.add(4, told);
    assertThat(batches).last().isEqualTo(List.of(4));
  }

  @Test
  void a_batch_is_never_longer_than_it_may_be_and_the_order_is_kept() {
    Batcher<Integer, String> batcher = new Batcher<>(10, HERE, this::later);
    IntStream.range(0, 95).forEach(i -> batcher.add(i, told));

    for (int i = 0; i < answers.size(); i++) {
      answer(i);
    }

    assertThat(batches).allMatch(batch -> batch.size() <= 10);
    assertThat(batches.stream().flatMap(List::stream))
        .containsExactlyElementsOf(IntStream.range(0, 95).boxed().toList());
    assertThat(told.results).hasSize(95);
  }

  @Test
  void a_batch_whose_answer_there_is_no_memory_to_wait_for_is_told_and_holds_up_no_other() {
    OutOfMemoryError none = new OutOfMemoryError("planned");
    List<CompletableFuture<List<String>>> deaf = new ArrayList<>();
    deaf.add(
        new CompletableFuture<>() {
          @Override
          public CompletableFuture<List<String>> whenComplete(
              BiConsumer<? super List<String>, ? super Throwable> action) {
            throw none;
          }
        });
    Batcher<Integer, String> batcher =
        new Batcher<>(100, HERE, batch -> deaf.isEmpty() ? atOnce(batch) : deaf.remove(0));

    batcher.add(1, told);
    batcher.add(2, told);

    assertThat(told.failures).containsExactly(none);
    assertThat(told.results).containsExactly("2");
  }

  @Test
  void items_added_together_stay_side_by_side() {
    Batcher<Integer, String> batcher = new Batcher<>(100, HERE, this::later);

    batcher.addAll(List.of(1, 2, 3), Collections.nCopies(3, told));
    batcher.addAll(List.of(), List.<Told>of());

    assertThat(batches).containsExactly(List.of(1, 2, 3));
  }

  @Test
  void answers_that_come_at_once_do_not_grow_the_stack() {
    List<Runnable> elsewhere = new ArrayList<>();
    Batcher<Integer, String> batcher = new Batcher<>(100, elsewhere::add, this::atOnce);
    AtomicInteger deepest = new AtomicInteger();
    int last = 100_000;
    class Next implements Batcher.Callback<String> {
      private final int number;

      Next(int number) {
        this.number = number;
      }

      @Override
      public void done(String result) {
        if (number % 1_000 == 0) {
          int depth = new Throwable().getStackTrace().length;
          deepest.accumulateAndGet(depth, Math::max);
        }
        if (number < last) {
          batcher.add(number + 1, new Next(number + 1));
        }
      }

      @Override
      public void failed(Throwable cause) {
        throw new AssertionError(cause);
      }
    }

    batcher.add(0, new Next(0));
    while (!elsewhere.isEmpty()) {
      elsewhere.remove(0).run();
    }

    assertThat(batches).hasSize(last + 1);
    assertThat(deepest.get()).isPositive().isLessThan(500);
  }

  @Test
  void a_thread_that_only_wanted_to_add_is_let_go_though_others_add_on_and_on() {
    List<Runnable> elsewhere = new ArrayList<>();
    Batcher<Integer, String> batcher = new Batcher<>(100, elsewhere::add, this::atOnce);
    AtomicInteger added = new AtomicInteger();
    Batcher.Callback<String> endless =
        new Batcher.Callback<>() {
          @Override
          public void done(String result) {
            batcher.add(added.incrementAndGet(), this);
          }

          @Override
          public void failed(Throwable cause) {
            throw new AssertionError(cause);
          }
        };

    batcher.add(0, endless);

    assertThat(elsewhere).hasSize(1);
    assertThat(added.get()).isPositive().isLessThan(100);
  }

  @ParameterizedTest
  @MethodSource
  void nothing_is_lost_when_there_is_no_other_thread_to_go_on(Throwable planned) {
    Executor closed =
        task -> {
          if (planned instanceof Error error) {
            throw error;
          }
          throw (RuntimeException) planned;
        };
    Batcher<Integer, String> batcher = new Batcher<>(1, closed, this::atOnce);
    AtomicInteger ended = new AtomicInteger();
    class Chain implements Batcher.Callback<String> {
      @Override
      public void done(String result) {
        if (ended.incrementAndGet() < 200) {
          batcher.add(ended.get(), this);
        }
      }

      @Override
      public void failed(Throwable cause) {
        throw new AssertionError(cause);
      }
    }

    batcher.add(0, new Chain());

    assertThat(ended).hasValue(200);
  }

  static List<Throwable> nothing_is_lost_when_there_is_no_other_thread_to_go_on() {
    return List.of(
        new RejectedExecutionException("planned"),
        new IllegalStateException("planned"),
        new InternalError("planned"));
  }

  @Test
  void a_batch_that_fails_fails_its_items_and_the_next_one_goes_out() {
    Batcher<Integer, String> batcher = new Batcher<>(100, HERE, this::later);
    batcher.add(1, told);
    batcher.add(2, told);
    IllegalStateException cause = new IllegalStateException("planned");

    answers.get(0).completeExceptionally(new CompletionException(cause));

    assertThat(told.failures).containsExactly(cause);
    answer(1);
    assertThat(told.results).containsExactly("2");
  }

  @Test
  void a_flush_that_throws_anything_at_all_fails_its_items_alone() {
    List<Throwable> planned =
        List.of(new IllegalStateException("planned"), new StackOverflowError("planned"));
    AtomicInteger calls = new AtomicInteger();
    Batcher<Integer, String> batcher =
        new Batcher<>(
            100,
            HERE,
            batch -> {
              int call = calls.getAndIncrement();
              if (call == 0) {
                throw (IllegalStateException) planned.get(0);
              }
              if (call == 1) {
                throw (Error) planned.get(1);
              }
              return atOnce(batch);
            });

    batcher.add(1, told);
    batcher.add(2, told);
    batcher.add(3, told);

    assertThat(told.failures).isEqualTo(planned);
    assertThat(told.results).containsExactly("3");
  }

  @Test
  void an_answer_of_the_wrong_length_fails_the_batch() {
    Batcher<Integer, String> batcher = new Batcher<>(100, HERE, this::later);
    batcher.add(1, told);

    answers.get(0).complete(List.of("1", "one too many"));

    assertThat(told.failures).singleElement().isInstanceOf(IllegalStateException.class);
    batcher.add(2, told);
    answer(1);
    assertThat(told.results).containsExactly("2");
  }

  @Test
  void a_callback_that_throws_keeps_the_others_from_nothing() {
    Batcher<Integer, String> batcher = new Batcher<>(100, HERE, this::later);
    Batcher.Callback<String> broken =
        new Batcher.Callback<>() {
          @Override
          public void done(String result) {
            throw new IllegalStateException("planned");
          }

          @Override
          public void failed(Throwable cause) {
            throw new StackOverflowError("planned");
          }
        };
    batcher.addAll(List.of(1, 2, 3), List.of(broken, told, told));
    batcher.addAll(List.of(4, 5), List.of(broken, told));

    answer(0);
    answers.get(1).completeExceptionally(new IllegalStateException("planned"));
    batcher.add(6, told);
    answer(2);

    assertThat(told.results).containsExactly("2", "3", "6");
    assertThat(told.failures).hasSize(1);
  }

  @Test
  void from_many_threads_each_item_is_told_once_and_each_thread_keeps_its_order()
      throws InterruptedException {
    int threads = 4;
    int each = 20_000;
    Batcher<Integer, String> batcher =
        new Batcher<>(64, HERE, batch -> CompletableFuture.supplyAsync(() -> kept(batch)));
    CountDownLatch start = new CountDownLatch(1);
    List<Thread> senders = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      int first = t * each;
      Thread sender =
          new Thread(
              () -> {
                Poll.until("the start", Duration.ofSeconds(20), () -> start.getCount() == 0);
                IntStream.range(first, first + each).forEach(i -> batcher.add(i, told));
              });
      senders.add(sender);
      sender.start();
    }

    start.countDown();
    for (Thread sender : senders) {
      sender.join();
    }
    Poll.until("all results", Duration.ofSeconds(20), () -> told.results.size() == threads * each);

    List<Integer> flushed = batches.stream().flatMap(List::stream).toList();
    assertThat(flushed).doesNotHaveDuplicates().hasSize(threads * each);
    for (int t = 0; t < threads; t++) {
      int number = t;
      assertThat(flushed.stream().filter(i -> i / each == number)).isSorted();
    }
  }

  private List<String> kept(List<Integer> batch) {
    batches.add(List.copyOf(batch));
    return results(batch);
  }
}
