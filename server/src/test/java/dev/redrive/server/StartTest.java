// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redrive.InvalidOptionsException;
import dev.redrive.server.config.ServerConfig;
import dev.redrive.server.support.Api;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StartTest {
  private static final int PORT_MIN = 15_000;
  private static final int PORT_MAX = 30_000;

  @TempDir Path folder;

  @Test
  void only_this_machine_is_served_by_default() {
    assertThat(ServerConfig.defaults().bind()).hasToString("127.0.0.1:8080");
    try (RunningServer server = RunningServer.start(folder, "")) {
      assertThat(server.address().getAddress().isLoopbackAddress()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0:0", "[::]:0"})
  void a_public_address_without_a_key_is_refused(String bind) {
    assertThatThrownBy(() -> RunningServer.start(folder, "bind: \"" + bind + "\""))
        .isInstanceOf(InvalidOptionsException.class)
        .hasMessageContaining("add an API key");
  }

  @Test
  void a_public_address_with_a_key_is_served() throws IOException {
    String yaml =
        "bind: 0.0.0.0:0\napiKeys: [ { name: a, key: 0123456789abcdefABCDEF, scopes: [read] } ]";
    try (RunningServer server = RunningServer.start(folder, yaml)) {
      Api api =
          new Api(
              new InetSocketAddress(InetAddress.getLoopbackAddress(), server.address().getPort()),
              "Authorization",
              "Bearer 0123456789abcdefABCDEF");

      assertThat(api.get("/v1/queues").status()).isEqualTo(200);
    }
  }

  @Test
  void a_port_in_use_is_told() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String bind = "127.0.0.1:" + taken.getLocalPort();

      assertThatThrownBy(() -> RunningServer.start(folder, "bind: " + bind))
          .isInstanceOf(InvalidOptionsException.class)
          .hasMessageContaining(bind)
          .hasMessageContaining("choose another with --bind");
    }
  }

  @Test
  void a_host_that_is_not_known_is_told() {
    assertThatThrownBy(() -> RunningServer.start(folder, "bind: no-such-host.invalid:0"))
        .isInstanceOf(InvalidOptionsException.class)
        .hasMessageContaining("no-such-host.invalid");
  }

  @Test
  void a_data_folder_that_cannot_be_made_is_told() throws IOException {
    Files.writeString(folder.resolve("data"), "a file is in the way");

    assertThatThrownBy(() -> RunningServer.start(folder, ""))
        .isInstanceOf(InvalidOptionsException.class)
        .hasMessageContaining("dataDir")
        .hasMessageContaining("choose another folder");
  }

  @Test
  void a_data_folder_that_everybody_may_write_to_is_refused() throws IOException {
    Path data = Files.createDirectory(folder.resolve("data"));
    Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxrwxrwx"));

    assertThatThrownBy(() -> RunningServer.start(folder, ""))
        .isInstanceOf(InvalidOptionsException.class)
        .hasMessageContaining("chmod o-w");
  }

  @Test
  void a_damaged_file_of_queues_is_told_and_left_alone() throws IOException {
    Files.createDirectory(folder.resolve("data"));
    Path file = Files.writeString(folder.resolve("data/queues.json"), "{\"queues\":");

    assertThatThrownBy(() -> RunningServer.start(folder, ""))
        .isInstanceOf(InvalidOptionsException.class)
        .hasMessageContaining("queues.json")
        .hasMessageContaining("mend it");
    assertThat(file).hasContent("{\"queues\":");
  }

  @Test
  void an_unknown_transport_is_told() {
    ServerConfig config = ServerConfig.defaults().withTransport("pigeon:");

    assertThatThrownBy(() -> Server.start(config)).hasMessageContaining("pigeon");
  }

  @Test
  void a_start_that_fails_leaves_nothing_open() throws IOException {
    String bind = "127.0.0.1:" + freePort();
    String bad = "bind: " + bind + "\nqueues: { a: { deliver: { url: \"http://10.0.0.1/\" } } }";
    assertThatThrownBy(() -> RunningServer.start(folder, bad))
        .isInstanceOf(InvalidOptionsException.class);

    try (RunningServer server = RunningServer.start(folder, "bind: " + bind)) {
      assertThat(server.api().get("/healthz").status()).isEqualTo(200);
    }
  }

  /** A port that nobody is given who does not ask for it by its number. */
  private static int freePort() throws IOException {
    Random random = new Random();
    while (true) {
      int port = random.nextInt(PORT_MIN, PORT_MAX);
      try (ServerSocket free = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return free.getLocalPort();
      } catch (BindException e) {
        // Somebody has it: the next one, then.
      }
    }
  }

  @Test
  void stopping_twice_is_no_mistake() {
    RunningServer server = RunningServer.start(folder, "");

    server.server().stop(Duration.ZERO);
    server.server().stop(Duration.ZERO);

    assertThatThrownBy(() -> server.api().get("/healthz")).isNotNull();
  }
}
