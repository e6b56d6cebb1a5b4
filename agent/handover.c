// SPDX-License-Identifier: Apache-2.0
#include "handover.h"

#include <curl/curl.h>
#include <errno.h>
#include <time.h>

#include "util/clock.h"

/* The other one finishes what it does, and frees what it has. */
#define ASK_TIMEOUT_MS 5000L
#define WAIT_NS	       (15 * NS_PER_SECOND)
#define NAP_NS	       20000000L

static size_t drop(char *bytes, size_t size, size_t n, void *data)
{
	(void)bytes;
	(void)data;
	return size * n;
}

static int post(CURL *curl, const char *socket_path)
{
	long status = 0;

	curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, socket_path);
	curl_easy_setopt(curl, CURLOPT_URL, "http://lsmd/v1/handover");
	curl_easy_setopt(curl, CURLOPT_POSTFIELDS, "");
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, ASK_TIMEOUT_MS);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, drop);
	if (curl_easy_perform(curl) != CURLE_OK)
		return -ECONNREFUSED;
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	return status == 200 ? 0 : -EBUSY;
}

int handover_ask(const char *socket_path)
{
	CURL *curl = curl_easy_init();
	int r = curl ? post(curl, socket_path) : -ENOMEM;

	curl_easy_cleanup(curl);
	return r;
}

bool handover_nap(uint64_t since)
{
	const struct timespec nap = {.tv_nsec = NAP_NS};

	nanosleep(&nap, NULL);
	return clock_boot() - since < WAIT_NS;
}
