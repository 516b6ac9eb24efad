// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server;

import dev.redrive.InvalidOptionsException;
import dev.redrive.Redrive;
import dev.redrive.TransportState;
import dev.redrive.core.Engine;
import dev.redrive.server.config.BindAddress;
import dev.redrive.server.config.ServerConfig;
import dev.redrive.server.deadletter.DeadLetterEndpoints;
import dev.redrive.server.delivery.Webhooks;
import dev.redrive.server.dependency.DependencyEndpoints;
import dev.redrive.server.events.EventStream;
import dev.redrive.server.files.DataDir;
import dev.redrive.server.health.Census;
import dev.redrive.server.health.FailureWindow;
import dev.redrive.server.health.HealthEndpoints;
import dev.redrive.server.health.MetricsEndpoint;
import dev.redrive.server.http.Guard;
import dev.redrive.server.http.HttpFront;
import dev.redrive.server.http.HttpSettings;
import dev.redrive.server.http.Route;
import dev.redrive.server.http.RouteTable;
import dev.redrive.server.keys.AuthFailures;
import dev.redrive.server.keys.KeyRing;
import dev.redrive.server.lease.LeaseEndpoints;
import dev.redrive.server.lease.LeaseTable;
import dev.redrive.server.message.MessageEndpoints;
import dev.redrive.server.message.TokenAdmission;
import dev.redrive.server.queue.QueueBook;
import dev.redrive.server.queue.QueueEndpoints;
import dev.redrive.server.token.TokenEndpoints;
import dev.redrive.server.token.Tokens;
import dev.redrive.server.tracing.Tracing;
import dev.redrive.telemetry.micrometer.MicrometerListener;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The parts of a server: started in the order in which they need one another, closed in the
 * reverse. Used by one thread at a time.
 */
final class Parts {
  private static final Logger log = LoggerFactory.getLogger(Parts.class);

  /** Answers that are ready when everything else has stopped still get this long to be taken. */
  private static final Duration LAST_ANSWERS = Duration.ofSeconds(1);

  /** A collector that does not answer is not waited for longer. */
  private static final Duration LAST_SPANS = Duration.ofSeconds(2);

  private static final Duration WRITES = Duration.ofSeconds(5);
  private static final long BEAT_MILLIS = 15_000;
  private static final long SWEEP_MILLIS = 10_000;

  /** The bodies of requests under way may take this part of the heap, and leased messages too. */
  private static final int HEAP_PART = 4;

  private final ServerConfig config;
  private final Surroundings surroundings;
  private final InstantSource clock;

  /** Takes a grace period each; the last one opened comes first. */
  private final Deque<Consumer<Duration>> closers = new ArrayDeque<>();

  private List<Route> routes = List.of();
  private volatile Supplier<TransportState> transport = () -> TransportState.DOWN;

  Parts(ServerConfig config, Surroundings surroundings) {
    this.config = config;
    this.surroundings = surroundings;
    this.clock = surroundings.clock();
  }

  InetSocketAddress start() {
    DataDir folder = DataDir.open(config.dataDir());
    KeyRing keys = new KeyRing(config.apiKeys(), folder, clock);
    checkBind(keys);
    ExecutorService oneByOne =
        Executors.newSingleThreadExecutor(task -> new Thread(task, "redrive-admin"));
    closers.push(grace -> finish(oneByOne));
    Vertx vertx = vertx();
    closers.push(grace -> vertx.close().toCompletionStage().toCompletableFuture().join());
    Webhooks webhooks = new Webhooks(vertx, clock);
    closers.push(grace -> webhooks.close());
    HttpFront front =
        new HttpFront(vertx, http(), new Guard(keys, new AuthFailures(clock), hosts()));
    closers.push(grace -> front.stop(LAST_ANSWERS));
    Redrive redrive = engine().open();
    closers.push(redrive::close);
    transport = redrive::state;
    QueueBook book = new QueueBook(redrive, webhooks, folder, config, oneByOne);
    Tokens tokens = Tokens.open(folder, new SecureRandom());
    routes = routes(vertx, redrive, book, front, tokens);
    // Listening tells the address, which webhooks must know to keep away from it. Nothing is served
    // before everything is in its place.
    InetSocketAddress address = front.start();
    webhooks.listensAt(address);
    book.start();
    config.firstQueue().ifPresent(book::makeFirst);
    front.serve(new RouteTable(routes));
    return address;
  }

  private Engine.Builder engine() {
    Engine.Builder builder =
        surroundings
            .engine()
            .get()
            .transport(config.transport())
            .breakers(config.breakers().factory())
            .mdc(config.telemetry().mdc());
    config
        .telemetry()
        .tracing()
        .ifPresent(
            to -> {
              Tracing tracing = Tracing.open(to);
              closers.push(grace -> tracing.close(LAST_SPANS));
              builder.tracer(tracing.tracer());
            });
    return builder;
  }

  TransportState transport() {
    return transport.get();
  }

  /** All routes that it serves. */
  List<Route> routes() {
    return routes;
  }

  /** Closes what was opened, even if starting came to nothing half-way. */
  void close(Duration grace) {
    if (closers.isEmpty()) {
      return;
    }
    try {
      closers.pop().accept(grace);
    } finally {
      // One that fails must not leave the others open.
      close(grace);
    }
  }

  private List<Route> routes(
      Vertx vertx, Redrive redrive, QueueBook book, HttpFront front, Tokens tokens) {
    LeaseTable leases = new LeaseTable(clock, surroundings.memory() / HEAP_PART);
    vertx.setPeriodic(SWEEP_MILLIS, timer -> leases.sweep());
    EventStream events = new EventStream(book);
    vertx.setPeriodic(BEAT_MILLIS, timer -> events.beat());
    closers.push(grace -> events.close());
    Census census = new Census(book, clock);
    FailureWindow failures = new FailureWindow(clock);
    HealthEndpoints health = new HealthEndpoints(redrive, book, leases, census, failures);
    closers.push(grace -> health.stopping());
    MetricsEndpoint metrics = new MetricsEndpoint(redrive, leases, front, census, clock);
    redrive.listen(new MicrometerListener(metrics.registry()));
    redrive.listen(failures);
    redrive.listen(events);
    List<Route> routes = new ArrayList<>();
    routes.addAll(
        new MessageEndpoints(
                book,
                new TokenAdmission(tokens, clock),
                config.limits().bodyMax(),
                config.limits().batchMax())
            .routes());
    routes.add(new TokenEndpoints(book, tokens, clock).route());
    routes.addAll(new LeaseEndpoints(book, leases).routes());
    routes.addAll(new QueueEndpoints(book).routes());
    routes.addAll(new DependencyEndpoints(redrive, census).routes());
    routes.addAll(new DeadLetterEndpoints(book).routes());
    routes.add(events.route());
    routes.addAll(health.routes());
    routes.add(metrics.route());
    routes.addAll(Pages.routes());
    return routes;
  }

  private void checkBind(KeyRing keys) {
    BindAddress bind = config.bind();
    if (!isLoopback(bind) && !keys.isRequired()) {
      throw new InvalidOptionsException(
          "bind " + bind,
          List.of(
              "everybody who can reach this address could send, read and delete messages: add an"
                  + " API key under `apiKeys`, or listen at 127.0.0.1"));
    }
  }

  private static boolean isLoopback(BindAddress bind) {
    try {
      return bind.isLoopback();
    } catch (IllegalArgumentException e) {
      throw new InvalidOptionsException("bind " + bind, List.of(String.valueOf(e.getMessage())));
    }
  }

  private Optional<Set<String>> hosts() {
    if (!isLoopback(config.bind())) {
      return Optional.empty();
    }
    String host = config.bind().host();
    Set<String> hosts = new HashSet<>(Set.of("localhost", "127.0.0.1", "[::1]"));
    hosts.add(host.indexOf(':') >= 0 ? "[" + host + "]" : host);
    hosts.addAll(config.hosts());
    hosts.removeIf(String::isBlank);
    Set<String> lower = new HashSet<>();
    hosts.forEach(each -> lower.add(each.toLowerCase(Locale.ROOT)));
    return Optional.of(lower);
  }

  private HttpSettings http() {
    return new HttpSettings(
        config.bind().host(),
        config.bind().port(),
        config.limits().connectionsMax(),
        surroundings.memory() / HEAP_PART,
        surroundings.times());
  }

  /** What was decided is on disk before the process may end. */
  private static void finish(ExecutorService oneByOne) {
    oneByOne.shutdown();
    try {
      if (!oneByOne.awaitTermination(WRITES.toMillis(), TimeUnit.MILLISECONDS)) {
        log.warn("the data folder takes too long to write to: the last change may be lost");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Vertx vertx() {
    int processors = Runtime.getRuntime().availableProcessors();
    return Vertx.vertx(
        new VertxOptions()
            .setEventLoopPoolSize(processors)
            .setWorkerPoolSize(processors)
            .setInternalBlockingPoolSize(processors)
            .setFileSystemOptions(
                new FileSystemOptions()
                    .setFileCachingEnabled(false)
                    .setClassPathResolvingEnabled(false)));
  }
}
