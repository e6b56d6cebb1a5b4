// SPDX-License-Identifier: Apache-2.0
#include "dryrun/command.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/cleanup.h"

static const int passed_on[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2};

static int take_signals(struct command_child *child)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGCHLD);
	for (size_t i = 0; i < ARRAY_SIZE(passed_on); i++)
		sigaddset(&signals, passed_on[i]);
	if (sigprocmask(SIG_BLOCK, &signals, &child->before) < 0)
		return -errno;
	child->signal_fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	return child->signal_fd < 0 ? -errno : 0;
}

/* Between joining and executing nothing is done that a policy could have a word on. */
static int become(char *const argv[], int procs_fd, const struct user *user,
		  const struct command_child *child)
{
	int r;

	if (write(procs_fd, "0", 1) != 1)
		return -errno;
	r = user ? user_become(user) : 0;
	if (r < 0)
		return r;
	if (sigprocmask(SIG_SETMASK, &child->before, NULL) < 0)
		return -errno;
	execvp(argv[0], argv);
	return -errno;
}

__attribute__((noreturn)) static void tell_and_exit(int error_fd, int error)
{
	_exit(write(error_fd, &error, sizeof(error)) == sizeof(error) ? 127 : 126);
}

/* The pipe closes when the program is executed, and says why when it is not. */
static int wait_for_exec(int error_fd)
{
	int error;
	ssize_t n;

	do
		n = read(error_fd, &error, sizeof(error));
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return n == sizeof(error) ? error : 0;
}

static int start(char *const argv[], int procs_fd, const struct user *user,
		 struct command_child *child)
{
	int ends[2], r;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	child->pid = fork();
	if (child->pid == 0)
		tell_and_exit(ends[1], become(argv, procs_fd, user, child));
	r = child->pid < 0 ? -errno : 0;
	close(ends[1]);
	if (r == 0)
		r = wait_for_exec(ends[0]);
	close(ends[0]);
	if (r < 0 && child->pid > 0)
		waitpid(child->pid, NULL, 0);
	return r;
}

int command_start(char *const argv[], int procs_fd, const struct user *user,
		  struct command_child *ret_child)
{
	struct command_child child = {.pid = -1, .signal_fd = -1};
	int r = take_signals(&child);

	if (r == 0)
		r = start(argv, procs_fd, user, &child);
	if (r < 0) {
		command_clear(&child);
		return r;
	}
	*ret_child = child;
	return 0;
}

/* A key that is pressed sends its signal to the terminal's whole foreground, thus to the
 * command as well (tty_signal_session_leader()): once is enough. */
static bool is_for_us_alone(const struct signalfd_siginfo *signal)
{
	return signal->ssi_code <= 0;
}

int command_turn(struct command_child *child)
{
	struct signalfd_siginfo signal;

	while (read(child->signal_fd, &signal, sizeof(signal)) == sizeof(signal))
		if (signal.ssi_signo != SIGCHLD && is_for_us_alone(&signal))
			kill(child->pid, (int)signal.ssi_signo);
	switch (waitpid(child->pid, &child->status, WNOHANG)) {
	case 0:
		return 0;
	case -1:
		return -errno;
	default:
		child->pid = -1;
		return 1;
	}
}

void command_clear(struct command_child *child)
{
	if (child->signal_fd >= 0) {
		close(child->signal_fd);
		sigprocmask(SIG_SETMASK, &child->before, NULL);
	}
	*child = (struct command_child){.pid = -1, .signal_fd = -1};
}
