// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import static dev.redrive.core.World.message;
import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.Context;
import dev.redrive.DeadLetter;
import dev.redrive.Event;
import dev.redrive.Queue;
import dev.redrive.Redrive;
import dev.redrive.core.TroubledTransport.Trouble;
import dev.redrive.retry.Reason;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What others are told: listeners, who asked for dead letters, and the handler of its context. */
class ListenersTest {
  private final World world = new World();
  private final Queue<String> queue = world.queue();
  private final World.Log log = world.log();

  @AfterEach
  void close() {
    world.close();
  }

  @Test
  void events_carry_what_happened_when() {
    world.send(queue, "a");
    world.advance(Duration.ofSeconds(7));
    queue.handle(
        message -> {
          if (message.attempt() == 1) {
            throw new IOException("planned");
          }
        });

    world.advance(Duration.ofHours(1));

    assertThat(world.journal().events()).allMatch(event -> event.queue().equals(World.QUEUE));
    assertThat(world.journal().of(Event.Started.class))
        .extracting(Event.Started::lateness)
        .containsExactly(Duration.ofSeconds(7), Duration.ZERO);
    Event.Retried retried = world.journal().of(Event.Retried.class).get(0);
    assertThat(retried.dueAt()).isEqualTo(retried.at().plusSeconds(1));
    assertThat(retried.cause()).isEqualTo("IOException: planned");
  }

  @Test
  void a_listener_that_throws_anything_changes_nothing_for_others() {
    List<Event> after = new ArrayList<>();
    world
        .redrive()
        .listen(
            event -> {
              throw new IllegalStateException("planned");
            });
    world
        .redrive()
        .listen(
            event -> {
              throw new StackOverflowError("planned");
            });
    world.redrive().listen(after::add);
    queue.handle(log::note);

    world.send(queue, "a", "b");

    assertThat(log.attempts()).containsExactly("a 1", "b 1");
    assertThat(after).hasSize(6);
    assertThat(world.stats(queue).succeeded()).isEqualTo(2);
  }

  @Test
  void a_listener_that_has_gone_hears_nothing_and_its_twin_goes_on() {
    Journal journal = new Journal();
    Redrive.Registration first = world.redrive().listen(journal);
    Redrive.Registration second = world.redrive().listen(journal);

    first.close();
    first.close();
    world.send(queue, "a");
    assertThat(journal.lines()).containsExactly("Sent a");
    second.close();
    world.send(queue, "b");

    assertThat(journal.lines()).containsExactly("Sent a");
  }

  @Test
  void a_dead_letter_is_told_once_it_is_durable() {
    List<DeadLetter> told = new ArrayList<>();
    List<Boolean> wasThere = new ArrayList<>();
    Queue<String> telling =
        world.queue(
            options ->
                options.onDeadLetter(
                    letter -> {
                      told.add(letter);
                      CompletableFuture<Optional<DeadLetter>> found =
                          queue.deadLetters().find(letter.id()).toCompletableFuture();
                      wasThere.add(found.join().isPresent());
                      throw new IllegalStateException("planned");
                    }));
    telling.handle(
        message -> {
          throw new IllegalArgumentException("planned");
        });

    world.get(telling.send(message("a").header("h", "v").key("k")));
    world.send(telling, "b");

    assertThat(told).extracting(DeadLetter::id).containsExactly("a", "b");
    assertThat(wasThere).containsExactly(true, true);
    DeadLetter stored = world.dead(telling, "a");
    DeadLetter letter = told.get(0);
    assertThat(letter.reason()).isEqualTo(Reason.NOT_RETRYABLE);
    assertThat(letter.headers()).isEqualTo(stored.headers());
    assertThat(letter.key()).isEqualTo(stored.key());
    assertThat(letter.failure()).isEqualTo(stored.failure());
    assertThat(letter.fingerprint()).isEqualTo(stored.fingerprint());
    assertThat(letter.attempts()).isEqualTo(stored.attempts());
    assertThat(letter.diedAt()).isEqualTo(stored.diedAt());
    assertThat(letter.history()).isEqualTo(stored.history());
  }

  @Test
  void who_asked_for_dead_letters_may_block_because_it_is_told_where_handlers_run() {
    List<Runnable> handlers = new ArrayList<>();
    List<DeadLetter> told = new ArrayList<>();
    try (World other = new World(handlers::add)) {
      Queue<String> telling = other.queue(options -> options.onDeadLetter(told::add));
      telling.handleAsync(
          message -> {
            throw new IllegalArgumentException("planned");
          });

      other.send(telling, "a");
      assertThat(told).isEmpty();
      handlers.forEach(Runnable::run);

      assertThat(told).hasSize(1);
    }
  }

  @Test
  void a_death_that_did_not_take_effect_is_not_told() {
    List<DeadLetter> told = new ArrayList<>();
    Queue<String> telling = world.queue(options -> options.onDeadLetter(told::add));
    telling.handle(
        message -> {
          throw new IllegalArgumentException("planned");
        });
    world.transport().settling(Trouble.STALE);

    world.send(telling, "a");

    assertThat(told).isEmpty();
    assertThat(world.journal().lines()).containsExactly("Sent a", "Started a 1");
  }

  @Test
  void a_handler_finds_its_context_around_it_and_nobody_else_does() {
    List<Context> contexts = new ArrayList<>();
    List<Optional<Duration>> left = new ArrayList<>();
    queue.handle(
        message -> {
          contexts.add(Context.current().orElseThrow());
          left.add(Context.current().orElseThrow().remaining());
          if (message.attempt() == 1) {
            throw new IOException("planned");
          }
        });

    world.get(
        queue.send(
            message("a")
                .header("x-request-id", "r-17")
                .deadline(world.now().plus(Duration.ofMinutes(1)))));
    world.advance(Duration.ofSeconds(1));

    assertThat(contexts).extracting(Context::messageId).containsExactly("a", "a");
    assertThat(contexts).extracting(Context::attempt).containsExactly(1, 2);
    assertThat(contexts).extracting(Context::queue).containsOnly(World.QUEUE);
    assertThat(contexts).extracting(Context::requestId).containsOnly(Optional.of("r-17"));
    assertThat(left)
        .containsExactly(Optional.of(Duration.ofMinutes(1)), Optional.of(Duration.ofSeconds(59)));
    assertThat(Context.current()).isEmpty();
  }

  @Test
  void the_request_id_goes_along_with_what_a_handler_sends() {
    List<Optional<String>> ids = new ArrayList<>();
    Queue<String> next =
        world
            .redrive()
            .queue(dev.redrive.QueueOptions.builder("next", dev.redrive.Codec.text()).build());
    next.handle(
        message -> {
          ids.add(Context.current().orElseThrow().requestId());
          assertThat(message.headers().keySet()).noneMatch(name -> name.startsWith("redrive-"));
        });
    queue.handle(
        message -> {
          next.send("inherits");
          next.send(message("own").header("X-Request-Id", "r-own"));
        });

    world.get(queue.send(message("a").header("x-request-id", "r-17")));
    world.get(queue.send(message("without")));
    next.send("outside of a handler");
    world.run();

    assertThat(ids)
        .containsExactly(
            Optional.of("r-17"), Optional.of("r-own"), Optional.empty(), Optional.empty());
  }

  @Test
  void an_async_handler_has_its_context_too() {
    List<Optional<Context>> contexts = new ArrayList<>();
    queue.handleAsync(
        message -> {
          contexts.add(Context.current());
          return CompletableFuture.completedStage(message);
        });

    world.send(queue, "a");

    assertThat(contexts).singleElement().satisfies(each -> assertThat(each).isPresent());
  }
}
