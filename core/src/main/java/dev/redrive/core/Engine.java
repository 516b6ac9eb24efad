// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.Redrive;
import dev.redrive.TaskQueue;
import dev.redrive.TaskQueueOptions;
import dev.redrive.gate.BreakerFactory;
import dev.redrive.spi.Environment;
import dev.redrive.spi.Transport;
import dev.redrive.trace.Tracer;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Opens Redrive on a transport.
 *
 * <pre>{@code
 * try (Redrive redrive = Engine.open("embedded:./data")) {
 *   Queue<String> mails = redrive.queue(QueueOptions.builder("mails", Codec.text()).build());
 *   mails.handle(message -> post(message.payload()));
 *   mails.send("to: you@example.com").toCompletableFuture().join();
 * }
 * }</pre>
 */
public final class Engine {
  private Engine() {}

  /**
   * Opens Redrive on the transport that the URI names, with the system's clock and threads.
   *
   * @throws dev.redrive.InvalidOptionsException if there is no such transport on the class path
   * @throws dev.redrive.TransportException if it cannot be opened
   */
  public static Redrive open(String transportUri) {
    return builder().transport(transportUri).open();
  }

  /** Starts from the system's clock, timers, randomness and threads. */
  public static Builder builder() {
    return new Builder();
  }

  /** Opens a queue of tasks in this process, with the system's clock and threads of its own. */
  public static TaskQueue taskQueue(TaskQueueOptions options) {
    SystemRuntime runtime = new SystemRuntime("redrive-" + options.name());
    return new InProcessTaskQueue(
        options, runtime.environment(), runtime.handlers(), runtime::close);
  }

  /** Opens a queue of tasks in this process, on a given environment. */
  public static TaskQueue taskQueue(
      TaskQueueOptions options, Environment environment, Executor handlers) {
    return new InProcessTaskQueue(options, environment, handlers, () -> {});
  }

  /** Collects what Redrive is opened with. Not thread-safe. */
  public static final class Builder {
    private Function<Environment, Transport> opener =
        environment -> {
          throw new IllegalStateException("name a transport: builder().transport(\"memory:\")");
        };
    private @Nullable Environment environment;
    private @Nullable Executor handlers;
    private Optional<BreakerFactory> breakers = Optional.empty();
    private Optional<Tracer> tracer = Optional.empty();
    private boolean isInLogs = true;

    private Builder() {}

    /** The transport's URI, for example {@code embedded:./data}. */
    public Builder transport(String uri) {
      Objects.requireNonNull(uri, "uri");
      this.opener = given -> TransportFinder.open(uri, given);
      return this;
    }

    /** A transport object, opened on the environment that it is given. Redrive closes it. */
    public Builder transport(Function<Environment, Transport> opener) {
      this.opener = Objects.requireNonNull(opener, "opener");
      return this;
    }

    /** Time, randomness and threads, for example virtual ones in a test. */
    public Builder environment(Environment environment) {
      this.environment = Objects.requireNonNull(environment, "environment");
      return this;
    }

    /**
     * Where blocking handlers run. By default on virtual threads, and before Java 21 on a pool that
     * grows up to the queues' concurrency.
     */
    public Builder handlers(Executor handlers) {
      this.handlers = Objects.requireNonNull(handlers, "handlers");
      return this;
    }

    /** Follows each message with spans, for example those of OpenTelemetry. By default nobody. */
    public Builder tracer(Tracer tracer) {
      this.tracer = Optional.of(tracer);
      return this;
    }

    /**
     * Whether handlers find {@code redrive.queue}, {@code redrive.message_id}, {@code
     * redrive.attempt}, {@code redrive.request_id} and {@code redrive.trace_id} in SLF4J's MDC, so
     * that their logs can show them. They do by default.
     */
    public Builder mdc(boolean isFilled) {
      this.isInLogs = isFilled;
      return this;
    }

    /**
     * Makes the circuit breakers of the dependencies that queues and policies name. By default
     * there are none, and a queue that names a dependency is refused.
     */
    public Builder breakers(BreakerFactory breakers) {
      this.breakers = Optional.of(breakers);
      return this;
    }

    /**
     * Opens the transport.
     *
     * @throws dev.redrive.InvalidOptionsException if there is no such transport on the class path
     * @throws dev.redrive.TransportException if it cannot be opened
     */
    public Redrive open() {
      Environment given = environment;
      Executor runs = handlers;
      if (given != null) {
        return open(given, runs == null ? given.executor() : runs, () -> {});
      }
      SystemRuntime runtime = new SystemRuntime("redrive");
      try {
        return open(
            runtime.environment(), runs == null ? runtime.handlers() : runs, runtime::close);
      } catch (RuntimeException failure) {
        runtime.close();
        throw failure;
      }
    }

    private Redrive open(Environment given, Executor runs, Runnable release) {
      Surroundings surroundings = new Surroundings(tracer, isInLogs);
      return new RedriveEngine(opener.apply(given), given, runs, release, breakers, surroundings);
    }
  }
}
