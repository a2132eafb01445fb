/* The lab's own images, with nothing else in them: see build.
 *   (nothing)         waits, as the first process of a pod does
 *   say FILE          prints a file, then waits
 *   keep FILE         prints a file if it is there, then writes a line to its end each second: when, and $NODE
 *   reach ADDRESS PORT  connects, says so, then waits; says why not until it can
 */
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void end(int signal) { _exit(0); }
static void reap(int signal) { while (waitpid(-1, NULL, WNOHANG) > 0) {} }

static int reach(const char *address, const char *port) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(atoi(port))};
  int s = socket(AF_INET, SOCK_STREAM, 0);
  int there = inet_pton(AF_INET, address, &to.sin_addr) == 1
      && connect(s, (struct sockaddr *)&to, sizeof to) == 0;
  if (!there) perror(address);
  close(s);
  return there;
}

static void say(const char *name) {
  char line[8192];
  FILE *file = fopen(name, "r");
  if (!file) { perror(name); exit(1); }
  while (fgets(line, sizeof line, file)) fputs(line, stdout);
  putchar('\n');
}

static void append(const char *name) {
  FILE *file = fopen(name, "a");
  const char *node = getenv("NODE");
  time_t now = time(NULL);
  char line[256], when[32];
  strftime(when, sizeof when, "%H:%M:%S", gmtime(&now));
  snprintf(line, sizeof line, "%s %s\n", when, node ? node : "?");
  if (!file || fputs(line, file) < 0 || fflush(file) || fsync(fileno(file)) || fclose(file)) {
    perror(name);
    exit(1);
  }
  fputs(line, stdout);
}

int main(int count, char **words) {
  setvbuf(stdout, NULL, _IONBF, 0);
  signal(SIGTERM, end);
  signal(SIGINT, end);
  signal(SIGCHLD, reap);
  if (count == 3 && !strcmp(words[1], "say")) say(words[2]);
  if (count == 3 && !strcmp(words[1], "keep")) {
    if (!access(words[2], F_OK)) say(words[2]);
    for (;; sleep(1)) append(words[2]);
  }
  if (count == 4 && !strcmp(words[1], "reach")) {
    while (!reach(words[2], words[3])) sleep(1);
    printf("reached %s:%s\n", words[2], words[3]);
  }
  for (;;) pause();
}
