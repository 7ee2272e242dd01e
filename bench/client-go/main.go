// Lists and watches, in all contexts of a kubeconfig, the kinds that `mcs reconcile --watch` lists and watches, with
// client-go's informers as a plain Go controller would, without a limit of the client's own. It works on nothing: it
// prints how many milliseconds passed until all caches were filled and told, and ends. Built by bench/client-go.ts.
package main

import (
	"fmt"
	"log"
	"os"
	"time"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/dynamic/dynamicinformer"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
)

var customResources = []schema.GroupVersionResource{
	{Group: "multicluster.x-k8s.io", Version: "v1beta1", Resource: "serviceexports"},
	{Group: "multicluster.x-k8s.io", Version: "v1beta1", Resource: "serviceimports"},
	{Group: "about.k8s.io", Version: "v1beta1", Resource: "clusterproperties"},
}

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: client-go KUBECONFIG")
	}
	rules := &clientcmd.ClientConfigLoadingRules{ExplicitPath: os.Args[1]}
	kubeconfig, err := rules.Load()
	if err != nil {
		log.Fatal(err)
	}
	stop := make(chan struct{})
	began := time.Now()
	var told []cache.InformerSynced
	for name := range kubeconfig.Contexts {
		config, err := clientcmd.NewNonInteractiveClientConfig(*kubeconfig, name, nil, rules).ClientConfig()
		if err != nil {
			log.Fatal(err)
		}
		config.QPS = -1
		typed := informers.NewSharedInformerFactory(kubernetes.NewForConfigOrDie(config), 0)
		custom := dynamicinformer.NewDynamicSharedInformerFactory(dynamic.NewForConfigOrDie(config), 0)
		all := []cache.SharedIndexInformer{
			typed.Core().V1().Services().Informer(),
			typed.Core().V1().Namespaces().Informer(),
			typed.Discovery().V1().EndpointSlices().Informer(),
		}
		for _, resource := range customResources {
			all = append(all, custom.ForResource(resource).Informer())
		}
		for _, informer := range all {
			registration, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{AddFunc: func(any) {}})
			if err != nil {
				log.Fatal(err)
			}
			told = append(told, registration.HasSynced)
		}
		typed.Start(stop)
		custom.Start(stop)
	}
	for _, isTold := range told {
		for !isTold() {
			time.Sleep(time.Millisecond)
		}
	}
	fmt.Println(time.Since(began).Milliseconds())
}
