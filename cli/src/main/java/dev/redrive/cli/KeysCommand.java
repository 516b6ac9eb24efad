// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.redrive.cli.http.Api;
import dev.redrive.cli.screen.FailedException;
import dev.redrive.cli.screen.Paint;
import dev.redrive.cli.screen.Table;
import dev.redrive.cli.screen.Times;
import dev.redrive.cli.screen.UsageException;
import dev.redrive.server.config.ConfigFile;
import dev.redrive.server.files.DataDir;
import dev.redrive.server.keys.ApiKey;
import dev.redrive.server.keys.KeyFile;
import dev.redrive.server.keys.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes, lists and takes away API keys, in the server's data folder on this machine. */
@Command(
    name = "keys",
    synopsisSubcommandLabel = "COMMAND",
    header = "Make, list and revoke API keys.",
    description =
        "They are in the server's data folder on this machine. A server that runs there sees a change"
            + " with its next request. From the first key on, all requests need one.")
final class KeysCommand implements Runnable {
  @Spec CommandSpec spec;

  private KeysCommand() {}

  static CommandLine withSubcommands(Session session) {
    return new CommandLine(new KeysCommand())
        .addSubcommand(new New(session))
        .addSubcommand(new ListThem(session))
        .addSubcommand(new Revoke(session));
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Say what to do: new, list or revoke?");
  }

  /** Where the keys are. */
  static final class Place {
    @Option(
        names = "--config",
        paramLabel = "FILE",
        description = "The server's configuration file, which may name the data folder.")
    @Nullable Path config;

    @Option(
        names = "--data",
        paramLabel = "FOLDER",
        description = "The server's data folder (default: redrive-data).")
    @Nullable Path folder;

    Path folder(Session session) {
      if (folder != null) {
        return folder;
      }
      return config == null
          ? ConfigFile.none(session.terminal().env()).dataDir()
          : ConfigFile.load(config, session.terminal().env()).dataDir();
    }

    KeyFile keys(Session session) {
      return new KeyFile(DataDir.open(folder(session)));
    }
  }

  /** Makes a key. */
  @Command(
      name = "new",
      header = "Make a key and print it.",
      description = "It is shown this once; only its hash is kept.")
  static final class New implements Callable<Integer> {
    private final Session session;

    @Mixin Place place = new Place();

    @Parameters(index = "0", paramLabel = "NAME", description = "Who or what it is for.")
    String name = "";

    @Option(
        names = "--scope",
        split = ",",
        required = true,
        paramLabel = "SCOPE",
        description = "What it may do: enqueue, read, replay, work, admin.")
    Set<String> scopes = Set.of();

    @Option(
        names = "--expires",
        paramLabel = "TIME",
        description = "When it ends: a time, or a duration such as 90d (default: never).")
    @Nullable String expires;

    New(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() throws IOException {
      Clock clock = session.terminal().clock();
      String key;
      try {
        Set<Scope> parsed = scopes.stream().map(Scope::parse).collect(Collectors.toSet());
        Optional<Instant> end = Optional.ofNullable(expires).map(text -> Times.future(text, clock));
        key = place.keys(session).create(name, parsed, end, new SecureRandom());
      } catch (IllegalArgumentException e) {
        throw new UsageException("No key was made: " + e.getMessage());
      }
      if (session.isJson()) {
        session.print(Api.object().put("name", name).put("key", key));
        return Exit.DONE;
      }
      session.print(key);
      session.note("Keep it safe: it is not shown again. Clients send it as:");
      session.note("  Authorization: Bearer <key>     (redrive itself: REDRIVE_API_KEY)");
      return Exit.DONE;
    }
  }

  /** Lists the keys. */
  @Command(name = "list", header = "List the keys' names, scopes and ends.")
  static final class ListThem implements Callable<Integer> {
    private final Session session;

    @Mixin Place place = new Place();

    ListThem(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() throws IOException {
      List<ApiKey> keys =
          Files.isDirectory(place.folder(session)) ? place.keys(session).read() : List.of();
      if (session.isJson()) {
        session.print(json(keys));
        return Exit.DONE;
      }
      Table table = new Table("NAME", "SCOPES", "ENDS");
      Clock clock = session.terminal().clock();
      keys.forEach(
          key ->
              table.row(
                  Paint.plain(key.name()),
                  words(key),
                  key.expiresAt().map(end -> Times.fromNow(end, clock)).orElse("never")));
      session.print(table, "There are no keys in " + place.folder(session) + ".");
      return Exit.DONE;
    }

    private static String words(ApiKey key) {
      return key.scopes().stream().map(Scope::word).sorted().collect(Collectors.joining(","));
    }

    private static ObjectNode json(List<ApiKey> keys) {
      ObjectNode json = Api.object();
      ArrayNode items = json.putArray("keys");
      for (ApiKey key : keys) {
        ObjectNode item = items.addObject().put("name", key.name());
        key.scopes().stream().map(Scope::word).sorted().forEach(item.putArray("scopes")::add);
        key.expiresAt().ifPresent(end -> item.put("expiresAt", end.toString()));
      }
      return json;
    }
  }

  /** Takes a key away. */
  @Command(name = "revoke", header = "Take a key away, at once.")
  static final class Revoke implements Callable<Integer> {
    private final Session session;

    @Mixin Place place = new Place();

    @Parameters(index = "0", paramLabel = "NAME", description = "The key's name.")
    String name = "";

    Revoke(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() throws IOException {
      if (!place.keys(session).revoke(name)) {
        throw new FailedException(
            "there is no key named " + name + " in " + place.folder(session),
            "See `redrive keys list`, and name the data folder with --data.");
      }
      session.print("revoked " + name);
      return Exit.DONE;
    }
  }
}
