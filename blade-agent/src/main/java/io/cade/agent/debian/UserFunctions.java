package io.cade.agent.debian;

import io.cade.agent.debian.Accounts.Account;
import io.cade.agent.debian.FileFunctions.Owner;
import io.cade.agent.wire.DeviceItem;
import io.cade.agent.wire.DeviceItem.AbsentItem;
import io.cade.agent.wire.DeviceItem.FileItem;
import io.cade.agent.wire.DeviceItem.UserItem;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Local accounts by useradd, usermod and userdel (Debian's package passwd), their keys in {@code
 * ~/.ssh/authorized_keys}. An account that is made has no password; a home directory is made with
 * it and stays when it goes: nobody's files are deleted.
 */
final class UserFunctions implements ItemFunctions<UserItem> {
  private static final int FIRST_OWN_ID = 1000;
  private static final int NOBODY = 65534;

  private final List<String> prefix;
  private final Programs programs;
  private final Accounts accounts;
  private final FileFunctions files;

  /**
   * @param prefix option that names another root, or empty
   */
  UserFunctions(List<String> prefix, Programs programs, Accounts accounts, FileFunctions files) {
    this.prefix = List.copyOf(prefix);
    this.programs = programs;
    this.accounts = accounts;
    this.files = files;
  }

  @Override
  public void check(UserItem wanted) throws IOException {
    for (String group : wanted.groups()) {
      if (!accounts.hasGroup(group)) {
        throw new IOException("there is no group '" + group + "'");
      }
    }
  }

  @Override
  public DeviceItem look(String name) throws IOException {
    Account account = accounts.account(name);
    if (account == null) {
      return new AbsentItem("user:" + name);
    }
    return new UserItem(name, account.shell(), accounts.groupsOf(account), keys(account));
  }

  private List<String> keys(Account account) throws IOException {
    List<String> keys = new ArrayList<>();
    if (account.home().startsWith("/")
        && files.look(keyFile(account)) instanceof FileItem(_, String content, _, _)) {
      content
          .lines()
          .map(String::strip)
          .filter(line -> !line.isEmpty() && !line.startsWith("#"))
          .forEach(keys::add);
    }
    return keys;
  }

  private static String keyFile(Account account) {
    return sshDirectory(account) + "/authorized_keys";
  }

  private static String sshDirectory(Account account) {
    return (account.home().equals("/") ? "" : account.home()) + "/.ssh";
  }

  @Override
  public void change(UserItem wanted) throws IOException, InterruptedException {
    Account account = accounts.account(wanted.name());
    List<String> words = new ArrayList<>();
    if (account == null) {
      words.add("useradd");
      words.addAll(prefix);
      words.addAll(List.of("--create-home", "--user-group"));
    } else {
      words.add("usermod");
      words.addAll(prefix);
    }
    words.addAll(List.of("--shell", wanted.shell(), "--groups", String.join(",", wanted.groups())));
    words.add(wanted.name());
    String _ = programs.must(words, "", Programs.SHORT);
    account = accounts.account(wanted.name());
    if (account == null) {
      throw new IOException("useradd made no account");
    }
    if (!Set.copyOf(keys(account)).equals(Set.copyOf(wanted.keys()))) {
      writeKeys(account, wanted.keys());
    }
  }

  private void writeKeys(Account account, List<String> keys) throws IOException {
    if (keys.isEmpty()) {
      files.remove(keyFile(account));
      return;
    }
    Owner owner = new Owner(account.id(), account.group());
    files.makePrivateDirectory(sshDirectory(account), owner);
    files.write(keyFile(account), String.join("\n", keys) + "\n", "0600", owner);
  }

  @Override
  public void remove(String name) throws IOException, InterruptedException {
    Account account = accounts.account(name);
    if (account == null) {
      return;
    }
    if (account.id() < FIRST_OWN_ID || account.id() == NOBODY) {
      throw new IOException(name + " is an account of the system, which is not removed");
    }
    List<String> words = new ArrayList<>(List.of("userdel"));
    words.addAll(prefix);
    words.add(name);
    String _ = programs.must(words, "", Programs.SHORT);
  }
}
