/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_AGENT_STATE_H
#define LSMD_AGENT_STATE_H

/*
 * The agent's one piece of state, for the files directly in agent/ alone:
 *   agent.c     its life: open, close
 *   opening.c   what has to be there before it can enforce
 *   handles.c   what wakes it up, and what it then does
 *   reading.c   policies and pods, at the start and when they change
 *   events.c    what comes from the kernel
 *   requests.c  what lsmctl asks to change
 *   coverage*.c cgroups -> subjects
 *   confirm.c   whether a container may start
 *   owner.c     whose a cgroup is
 *   pending.c   what holds for pods that it has not heard of
 *   bundles.c   what the containers' runtimes say of it
 *   host.c      units and cgroups of the host
 *   exempt.c    pods that policies for everybody pass by
 *   force.c     policies and labels -> images in force
 *   identities*.c  what the paths of rules are in each container
 *   by_hand.c   denials by hand
 *   boot.c      what is in force from the boot on
 *   handover.c  what the one that stays asks of it
 *   pause.c     what turns every denial to audit
 *   cluster.c   what the API server tells -> pods, policies, labels
 *   cluster_policies.c  policies that are objects
 *   cluster_say.c  what is told of that
 *   cluster_tell.c  what the cluster is told of this node
 *   outcome.c   what has become of a policy here
 *   watch.c     changes of the policies and the pods
 *   status*.c   what it says of itself, of pods and of policies
 */

#include <uv.h>

#include "agent.h"
#include "by_hand.h"
#include "enforce/enforcer.h"
#include "file_stamp.h"
#include "http/server.h"
#include "identities.h"
#include "kube/cluster.h"
#include "kube/pods.h"
#include "kube/taint.h"
#include "node/cgroup.h"
#include "node/own_pod.h"
#include "node/subject.h"
#include "pause.h"
#include "pending.h"
#include "policy/image_cache.h"
#include "policy/store.h"
#include "report/histogram.h"
#include "report/history.h"
#include "report/totals.h"

struct agent_options {
	const char *policies;	/* directory */
	const char *pods;	/* file; NULL: no pods are known, or the cluster's are */
	bool cluster;		/* follow the API server */
	const char *kubeconfig; /* NULL: by the pod's service account */
	const char *name_space; /* of this pod, for the lease of those that report */
	bool events;		/* Events on pods for denials */
	const char *context;	/* NULL: the kubeconfig's current one */
	unsigned watch_silence_ms; /* 0: as reflector_new() has it */
	const char *node;	   /* name of this node */
	const char *socket_path;
	const char *listen; /* NULL: no TCP */
	const char *pin_directory;
	const char *host_root; /* where the host's root is mounted; NULL: PID 1's */
	const char *state_directory;
	const char *pause_file;
	bool boot; /* until the lsmd that stays comes: what is kept, no API server */
	enum pending_posture pending; /* for pods that are not known yet */
	uint32_t records_per_second;
	size_t history;
	struct labels node_labels; /* of this node, for nodeSelector */
	char **exempt_namespaces;  /* selected by name alone, besides kube-system */
	size_t n_exempt_namespaces;
};

/* A cgroup that an earlier life had pointed at a slot. */
struct adopted_cgroup {
	uint64_t id;
	uint32_t slot;
};

struct denial;
struct pod_events;
struct rollout;

struct agent {
	struct agent_options options;
	uv_loop_t *loop;
	struct enforcer *enforcer;
	struct cgroup_root cgroups;
	int host_root; /* O_PATH, see bundles.h; -1: not open */
	struct policy_store *store;
	struct pod_list pods;
	struct diagnostics pod_diagnostics;	      /* of the last reading */
	struct file_stamp policies_stamp, pods_stamp; /* as they were read last */
	struct rollout *rollout;		      /* NULL: nothing was told yet */
	struct pod_events *pod_events;	/* NULL: not asked for, or not yet */
	char *node_uid;			/* of this node's object; NULL: not known */
	bool untold;			/* what became of policies may be another */
	size_t told_failed;		/* subjects with a problem then */
	struct cluster *cluster;	/* NULL: none is followed */
	struct taint *taint;		/* NULL: nor this node's object */
	struct labels node_labels;	/* of the options, and of this node's object */
	struct histogram event_times;	/* from an event's bytes to its being in force */
	bool scan_wanted;		/* by the cluster's changes, once they settle */
	char own_pod[OWN_POD_UID_SIZE]; /* its uid as cgroups name it; "": none */
	struct by_hand by_hand;
	struct pausing pausing;
	char *boot_policies; /* NULL, or the directory of copies that stands in */
	struct pending pending;
	struct subject_table subjects;
	struct adopted_cgroup *adopted; /* until the first scan has dealt with them */
	size_t n_adopted;
	struct image_cache images;
	struct identities *identities;
	struct history *history;
	struct totals *totals;
	struct http_server *http;

	uint64_t sequence; /* of the last denial */
	uint64_t started;  /* CLOCK_BOOTTIME, ns */
	double start_time; /* seconds since the epoch */
	uint64_t reloads, reload_failures;
	char *policies_problem; /* NULL, or why the directory could not be read */
	char *coverage_problem; /* NULL, or why the last scan was not whole */
	size_t n_without_slot;	/* cgroups, in the last scan */
	bool host_is_stale;	/* a subject came or went that one of the host touches */
	char **host_refusals;	/* cgroups that policies select and that may not be */
	size_t n_host_refusals;
	bool ready;
	bool takes_over; /* from one that was asked to go */

	uv_poll_t events;
	uv_timer_t scan_soon;	/* after a cgroup event */
	uv_timer_t reload_soon; /* after a file event */
	uv_timer_t look;	/* for changes that no event tells */
	uv_timer_t harvest;
	uv_timer_t end_of_deny;
	uv_fs_event_t policies_watch, pods_watch;
	uv_timer_t go; /* once this one has been asked to */
	uv_signal_t hangup, terminate, interrupt;
};

/**
 * reading_first_policies() - Read policies at the start, into agent->store.
 *
 * What is wrong with them is printed. A broken file is fatal only where no last good
 * version of it is known.
 *
 * Return: 0, -EINVAL, negative errno.
 */
int reading_first_policies(struct agent *agent, char **reterr_message);

/** reading_first_pods() - Read the pods file at the start. Return: 0, negative errno. */
int reading_first_pods(struct agent *agent, char **reterr_message);

/** coverage_adopt() - Learn what an earlier life covered, before the first scan. */
int coverage_adopt(struct agent *agent);

/**
 * coverage_scan() - Make the subjects agree with the cgroup tree and the pods.
 *
 * New subjects get their image before their cgroup points to them; subjects whose cgroup
 * or pod is gone give their slot back. Calls force_subject() for each new one.
 *
 * Return: 0, negative errno when the tree could not be read: what was covered stays
 * covered.
 */
int coverage_scan(struct agent *agent);

/** coverage_retry() - Once more for those whose cgroups could not all be covered. */
void coverage_retry(struct agent *agent);

enum {
	HOST_E_SELECTED = 1,
};

/**
 * host_visit() - Is a cgroup that is no pod's a subject?
 * Return: 0: no, and where a policy selects it all the same, that is in
 * agent->host_refusals; HOST_E_SELECTED; -ENOMEM.
 */
int host_visit(struct agent *agent, const char *path);

/** host_forget_refusals() - Before a scan. */
void host_forget_refusals(struct agent *agent);

/** host_is_changed() - Has one of the host become what the node cannot live without? */
bool host_is_changed(const struct agent *agent);

/**
 * host_select() - The policies that hold for a subject of the host.
 * @list: they are added
 *
 * Those that select it, and those that select a subject around it, which would hold for
 * it were it none of its own.
 *
 * Return: 0, -ENOMEM.
 */
int host_select(const struct agent *agent, const struct subject *subject,
		struct policy_list *list);

/**
 * force_subject() - Select, compile and publish for one subject.
 * A failure leaves its last image in force and is in subject->problem.
 * Return: 0, negative errno.
 */
int force_subject(struct agent *agent, struct subject *subject);

/**
 * force_is_same() - Is what is in force for a subject just what its policies make in a root
 * with these aliases?
 */
bool force_is_same(struct agent *agent, const struct subject *subject,
		   const struct aliases *aliases);

/** force_all() - force_subject() for every one. Return: 0, the first failure's errno. */
int force_all(struct agent *agent);

/** force_stale() - force_subject() for those that are marked so. */
void force_stale(struct agent *agent);

/** force_trim() - Forget compiled sets of policies that nobody is under. */
void force_trim(struct agent *agent);

/**
 * force_would_select() - Does a policy apply to a subject, as pods and labels are now?
 * Of one of the host: it may.
 */
bool force_would_select(const struct agent *agent, const struct subject *subject,
			const struct policy *policy);

/**
 * cluster_open() - Take over what is saved of the API server's objects.
 * Return: 0, negative errno, with a message.
 */
int cluster_open(struct agent *agent, char **reterr_message);

/** cluster_sweep() - Forget deleted pods of which nothing runs any more. */
void cluster_sweep(struct agent *agent);

/** cluster_status_json() - What status says of the API server; null: none is followed. */
json_t *cluster_status_json(const struct agent *agent);

/**
 * cluster_tell() - Tell the cluster what has become of each policy here, where that is
 * another than was told last. To be called every few seconds.
 */
void cluster_tell(struct agent *agent);

/** cluster_tell_denial() - An Event on its pod, where that is asked for. */
void cluster_tell_denial(struct agent *agent, const struct denial *denial);

/** cluster_tell_problems() - Append to a list why it could not be told. */
void cluster_tell_problems(const struct agent *agent, json_t *list);

/** cluster_tell_metrics() - Fill in what is of it. */
void cluster_tell_metrics(const struct agent *agent, struct metrics_values *values);

/** cluster_tell_end() - Let another lead, which may turn the loop for up to two seconds;
 * the loop must run once more. */
void cluster_tell_end(struct agent *agent);

/** cluster_status_problems() - Append to a list what a person should know. */
void cluster_status_problems(const struct agent *agent, json_t *list);

/** cluster_status_metrics() - Fill in what is of the API server. */
void cluster_status_metrics(const struct agent *agent, struct metrics_values *values);

/** coverage_describe() - Take the names of a subject's pod and container anew. */
int coverage_describe(struct agent *agent, struct subject *subject);

/** force_failed() - force_subject() once more for those that have a problem. */
void force_failed(struct agent *agent);

/** watch_init() - Make the handles of watch.c, so that they can be closed. */
void watch_init(struct agent *agent);

/** watch_start() - Follow changes of the policies and the pods from now on. */
void watch_start(struct agent *agent);

/** watch_reload() - Read both again at once. */
void watch_reload(struct agent *agent);

/** agent_consume() - Take over what waits in the kernel's ring. */
void agent_consume(struct agent *agent);

/** agent_schedule_end() - Wake up when the next denial by hand ends. */
void agent_schedule_end(struct agent *agent);

/** agent_harvest() - Fold the kernel's counters into the totals. */
void agent_harvest(struct agent *agent);

/** agent_pod_of() - The pod of a subject as the last reading of pods has it; NULL if
 * gone. */
const struct pod *agent_pod_of(const struct agent *agent, const struct subject *subject);

/* --- the agent's life, for lsmd.c
 * ----------------------------------------------------------- */

/**
 * agent_open() - Load or adopt, read everything, put it in force, serve.
 * @options: borrowed for the agent's life
 * @reterr_message: one line that says what failed and what to do; owned
 *
 * Policies and pods are read before anything in the kernel is touched: when they are not
 * right, whatever is enforced stays as it is.
 *
 * Return: 0, negative errno or ENFORCER_E_*.
 */
int agent_open(uv_loop_t *loop, const struct agent_options *options,
	       struct agent **ret_agent, char **reterr_message);

/** agent_free() - Stop; what is in force stays in force. Return: NULL. */
struct agent *agent_free(struct agent *agent);

/**
 * agent_check() - Read policies and pods as agent_open() would, and print what is wrong.
 * Return: 0, -EINVAL when there was an error, negative errno.
 */
int agent_check(const struct agent_options *options, char **reterr_message);

/**
 * agent_probe() - Try whether this kernel enforces: load beside whatever runs, be denied
 * once, and remove everything again. Return: 0, negative errno or ENFORCER_E_*.
 */
int agent_probe(char **reterr_message);

#endif
