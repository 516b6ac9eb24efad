// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli;

import dev.redrive.cli.screen.Terminal;
import dev.redrive.cli.screen.Ttys;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.ColorScheme;
import picocli.CommandLine.Model.CommandSpec;

/** Entry of the command line. */
public final class Main {
  private static final int HELP_COLUMNS_MAX = 110;
  private static final Set<String> WITHOUT_SERVER = Set.of("serve", "demo", "keys", "completion");

  private Main() {}

  /** Runs the command that the arguments name, and exits with its code. */
  public static void main(String[] args) {
    Map<String, String> env = System.getenv();
    Terminal terminal =
        new Terminal(
            System.in,
            stream(FileDescriptor.out),
            stream(FileDescriptor.err),
            env,
            Ttys.ofProcess(env),
            Clock.system(ZoneId.systemDefault()));
    int code = run(terminal, args);
    terminal.out().flush();
    terminal.err().flush();
    System.exit(code);
  }

  // Always UTF-8: terminals read it even where the locale is C and Java would write question marks.
  private static PrintStream stream(FileDescriptor descriptor) {
    return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
  }

  /** Runs the command that the arguments name; returns its exit code. */
  static int run(Terminal terminal, String... args) {
    return commandLine(terminal).execute(args);
  }

  static CommandLine commandLine(Terminal terminal) {
    GlobalOptions options = new GlobalOptions();
    Session session = new Session(terminal, options);
    Errors errors = new Errors(terminal, options);
    CommandLine redrive =
        new CommandLine(new RedriveCommand(options))
            .addSubcommand(new ServeCommand(session))
            .addSubcommand(new DemoCommand(session))
            .addSubcommand(new SendCommand(session))
            .addSubcommand(new WorkCommand(session))
            .addSubcommand(QueuesCommand.withSubcommands(session))
            .addSubcommand(MessageCommand.withSubcommands(session))
            .addSubcommand(DeadCommand.withSubcommands(session))
            .addSubcommand(new TailCommand(session))
            .addSubcommand(new SimulateCommand(session))
            .addSubcommand(KeysCommand.withSubcommands(session))
            .addSubcommand(new CompletionCommand(session));
    tune(redrive);
    redrive.getSubcommands().entrySet().stream()
        .filter(each -> WITHOUT_SERVER.contains(each.getKey()))
        .forEach(each -> speaksToNoServer(each.getValue()));
    return redrive
        .setOut(new PrintWriter(terminal.out(), true, StandardCharsets.UTF_8))
        .setErr(new PrintWriter(terminal.err(), true, StandardCharsets.UTF_8))
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setColorScheme(colours(terminal))
        .setUsageHelpWidth(Math.max(60, Math.min(terminal.ttys().columns(), HELP_COLUMNS_MAX)))
        .setUsageHelpLongOptionsMaxWidth(34)
        .registerConverter(Duration.class, new DurationConverter())
        .setParameterExceptionHandler(errors)
        .setExecutionExceptionHandler(errors);
  }

  private static void tune(CommandLine command) {
    command
        .getCommandSpec()
        .usageMessage()
        .abbreviateSynopsis(true)
        .headerHeading("")
        .synopsisHeading("%nUsage: ")
        .descriptionHeading("%n")
        .parameterListHeading("%n")
        .optionListHeading("%nOptions:%n")
        .commandListHeading("%nCommands:%n");
    command.getSubcommands().values().forEach(Main::tune);
  }

  private static void speaksToNoServer(CommandLine command) {
    CommandSpec spec = command.getCommandSpec();
    spec.remove(spec.findOption("--url"));
    spec.remove(spec.findOption("--api-key-file"));
    command.getSubcommands().values().forEach(Main::speaksToNoServer);
  }

  private static ColorScheme colours(Terminal terminal) {
    return CommandLine.Help.defaultColorScheme(terminal.paint().isOn() ? Ansi.ON : Ansi.OFF);
  }
}
