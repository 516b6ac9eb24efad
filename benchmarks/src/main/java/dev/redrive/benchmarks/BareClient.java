// SPDX-License-Identifier: Apache-2.0

package dev.redrive.benchmarks;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import java.util.concurrent.Semaphore;

/** The HTTP client that webhooks are delivered with, with nothing around it. */
final class BareClient implements AutoCloseable {
  private final Vertx vertx = Vertx.vertx();
  private final Receiver receiver;

  BareClient(Receiver receiver) {
    this.receiver = receiver;
  }

  double run(int deliveries, int inFlight, int bodyBytes) throws Exception {
    HttpClient client =
        vertx.createHttpClient(
            new HttpClientOptions().setKeepAlive(true),
            new PoolOptions().setHttp1MaxSize(inFlight));
    Buffer body = Buffer.buffer(new byte[bodyBytes]);
    Semaphore slots = new Semaphore(inFlight);
    receiver.expect(deliveries);
    long began = System.nanoTime();
    for (int i = 0; i < deliveries; i++) {
      slots.acquire();
      client
          .request(HttpMethod.POST, receiver.port(), "127.0.0.1", "/hook")
          .compose(request -> request.send(body))
          .compose(response -> response.body())
          .onComplete(done -> slots.release());
    }
    receiver.await();
    double rate = deliveries / ((System.nanoTime() - began) / 1e9);
    client.close().toCompletionStage().toCompletableFuture().join();
    return rate;
  }

  @Override
  public void close() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }
}
