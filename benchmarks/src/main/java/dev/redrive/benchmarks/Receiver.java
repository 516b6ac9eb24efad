// SPDX-License-Identifier: Apache-2.0

package dev.redrive.benchmarks;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Takes webhooks and answers 204. */
final class Receiver implements AutoCloseable {
  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
  private final HttpServer server;
  private volatile CountDownLatch expected = new CountDownLatch(0);

  Receiver() throws Exception {
    server =
        vertx
            .createHttpServer()
            .requestHandler(
                request ->
                    request
                        .endHandler(
                            end -> {
                              request.response().setStatusCode(204).end();
                              expected.countDown();
                            })
                        .resume())
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .get(10, TimeUnit.SECONDS);
  }

  int port() {
    return server.actualPort();
  }

  String url() {
    return "http://127.0.0.1:" + port() + "/hook";
  }

  void expect(int count) {
    expected = new CountDownLatch(count);
  }

  void await() throws InterruptedException {
    if (!expected.await(120, TimeUnit.SECONDS)) {
      throw new IllegalStateException(expected.getCount() + " deliveries never came");
    }
  }

  @Override
  public void close() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }
}
