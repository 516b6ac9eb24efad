// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server;

import dev.redrive.server.config.ConfigFile;
import dev.redrive.server.http.HttpTimes;
import dev.redrive.server.support.Api;
import dev.redrive.server.support.RawHttp;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;

/** A real server on the memory transport, at a free port of this machine. */
final class RunningServer implements AutoCloseable {
  private final Server server;

  private RunningServer(Server server) {
    this.server = server;
  }

  static RunningServer start(Path folder, String yaml) {
    return start(folder, yaml, Surroundings.real());
  }

  static RunningServer start(Path folder, String yaml, Surroundings surroundings) {
    Map<String, String> environment = new HashMap<>();
    environment.put("REDRIVE_TRANSPORT", "memory:");
    String bind = yaml.contains("bind:") ? "" : "\nbind: 127.0.0.1:0\n";
    String text = yaml + bind + "\ndataDir: " + folder.resolve("data") + "\n";
    return new RunningServer(
        Server.start(ConfigFile.parse("test.yaml", text, environment), surroundings));
  }

  /** The system's surroundings, but for the clock of keys, leases and rates. */
  static Surroundings at(InstantSource clock) {
    return Surroundings.real().withClock(clock);
  }

  /** The system's surroundings, in which peers get this much time for heads, and for all else. */
  static Surroundings impatient(Duration heads, Duration rest) {
    return Surroundings.real()
        .withTimes(new HttpTimes(Duration.ofMillis(50), heads, rest, rest, rest));
  }

  Api api() {
    return new Api(address());
  }

  Api api(String key) {
    return new Api(address(), "Authorization", "Bearer " + key);
  }

  RawHttp raw() throws IOException {
    return new RawHttp(address());
  }

  InetSocketAddress address() {
    return server.address();
  }

  Server server() {
    return server;
  }

  @Override
  public void close() {
    server.stop(Duration.ofSeconds(2));
  }
}
